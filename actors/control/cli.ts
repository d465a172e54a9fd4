/**
 * The words of the command line: which commands there are, what each may be told, what --help says. Each command lives in
 * a file of its own below cli/, loaded when it is called: `troupe --help` loads no store and no server.
 * Runs on: main.
 */
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { EXIT, EXIT_CODES, exitCodeOf } from './cli/exit-codes.js';
import { type Interruption, interruption } from './cli/interruption.js';
import { packageVersion } from './cli/package-version.js';
import { Terminal } from './cli/terminal.js';

/** What every command works with: where to speak, and when to stop. */
export interface CommandScope {
  readonly terminal: Terminal;
  readonly interruption: Interruption;
}

type Options = Readonly<Record<string, unknown>>;
/** Arguments in order, and options by name; answers the exit code. */
type Action = (scope: CommandScope, words: readonly string[], options: Options) => Promise<number>;
type Load = () => Promise<Action>;

interface Run {
  readonly action: Load;
  readonly words: readonly string[];
  readonly options: Options;
}

const PORT = 5000;
const HOST = '127.0.0.1';
const STRICT = 'refuse what would be passed over: modules in Python, names that nothing reads';

/** Does what the words say and answers the exit code; throws nothing. */
export async function runCli(words: readonly string[]): Promise<number> {
  let run: Run | undefined;
  const program = commandTree((chosen) => {
    run = chosen;
  }).version(await packageVersion());
  try {
    await program.parseAsync(words, { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    throw error;
  }
  return run === undefined ? EXIT.usage : perform(run);
}

async function perform({ action, words, options }: Run): Promise<number> {
  const terminal = new Terminal(options.json === true);
  const stop = interruption();
  try {
    const code = await (await action())({ terminal, interruption: stop }, words, options);
    await terminal.flush();
    return terminal.isBroken ? EXIT.failed : code;
  } catch (error) {
    if (stop.signal.aborted && stop.exitCode !== undefined) return stop.exitCode;
    const { code, message } = error as { code?: unknown; message?: string };
    if (terminal.isJson) terminal.print(JSON.stringify({ error: { code, message } }));
    const isKnown = typeof code === 'string';
    terminal.complain(isKnown ? `${message}` : ((error as Error)?.stack ?? String(error)));
    return exitCodeOf(error);
  } finally {
    stop.end();
  }
}

function commandTree(chosen: (run: Run) => void): Command {
  const program = new Command('troupe')
    .description('Entities, their data-points and what is derived from them, in one data folder.')
    .exitOverride()
    .addHelpText('after', `\n${exitCodeTable()}`);
  const add = adder(chosen);
  addFolderCommands(program, add);
  addServe(program, add);
  addIngest(program, add);
  addImport(program, add);
  addQueries(program, add);
  addChanges(program, add);
  addDeadLetters(program, add);
  addErase(program, add);
  addUpkeep(program, add);
  return program;
}

type Add = (parent: Command, usage: string, description: string, action: Load) => Command;

/** A command that remembers what it was called with; nothing runs while words are still read. */
function adder(chosen: (run: Run) => void): Add {
  return (parent, usage, description, action) =>
    parent
      .command(usage)
      .description(description)
      .option('--json', 'print JSON, one value a line')
      .allowExcessArguments(false)
      .action((...all: unknown[]) => {
        const options = all.at(-2) as Options;
        const words = all.slice(0, -2).flatMap((word) => (word === undefined ? [] : word));
        chosen({ action, words: words as string[], options });
      });
}

function addFolderCommands(program: Command, add: Add): void {
  add(program, 'init <dir>', 'fill a new folder with an application that runs', async () => {
    return (await import('./cli/init.js')).init;
  });
  add(program, 'check <dir>', 'name every fault of a configuration folder', async () => {
    return (await import('./cli/check.js')).check;
  })
    .option('--strict', STRICT)
    .option('--data <dir>', 'say what it would change in that data folder, which is only read');
}

function addServe(program: Command, add: Add): void {
  add(program, 'serve', 'run the platform and its HTTP API until interrupted', async () => {
    return (await import('./cli/serve.js')).serve;
  })
    .requiredOption('--config <dir>', 'configuration folder')
    .requiredOption('--data <dir>', 'data folder; made when it is not there')
    .addOption(new Option('--port <n>', '0 takes any that is free').argParser(port).default(PORT))
    .addOption(new Option('--host <name>', 'address to listen on').default(HOST))
    .addOption(tokenOption('what clients must show for whatever changes something'))
    .option('--guard-reads', 'the token is needed for reading too')
    .addOption(
      new Option('--allowed-hosts <names>', 'names that a proxy passes on, with commas')
        .env('TROUPE_ALLOWED_HOSTS')
        .argParser(names),
    )
    .addOption(
      new Option('--threads <n>', 'threads beside main (default: one a core)').argParser(count),
    )
    .addOption(
      new Option('--durability <what>', 'survive power loss, or a killed process only').choices([
        'fsync',
        'os',
      ]),
    )
    .option('--strict', STRICT);
}

function addIngest(program: Command, add: Add): void {
  const command = add(
    program,
    'ingest <file>',
    'send data-points: a JSON array or one a line; - reads stdin',
    async () => (await import('./cli/ingest.js')).ingest,
  )
    .option('--config <dir>', 'with --data, when nothing runs there: run the platform meanwhile')
    .option('--partial', 'take what is good and list what is not, instead of all or nothing')
    .option('--wait', 'until what was sent has had its effect')
    .addOption(
      new Option('--batch <n>', 'data-points in one request').argParser(count).default(5_000),
    )
    .addOption(
      new Option('--retry <seconds>', 'how long to try again').argParser(count).default(60),
    );
  withTarget(command);
}

function addImport(program: Command, add: Add): void {
  const command = add(
    program,
    'import <files...>',
    'move in from DP³: its archives (.jsonl), master collections by mongoexport (E#master.json)',
    async () => (await import('./cli/import-files.js')).importFiles,
  )
    .option('--config <dir>', 'with --data, when nothing runs there: run the platform meanwhile')
    .addOption(
      new Option('--type <etype>', 'the files are master collections of that type').argParser(
        notEmpty,
      ),
    )
    .option('--partial', 'take what is good and list what is not, instead of all or nothing')
    .addOption(
      new Option('--retry <seconds>', 'how long to try again').argParser(count).default(60),
    );
  withTarget(command);
}

function addQueries(program: Command, add: Add): void {
  const load: (name: keyof typeof import('./cli/query.js')) => Load = (name) => async () =>
    (await import('./cli/query.js'))[name];
  const query = program
    .command('query')
    .description('read entities, of a running platform or of a folder');
  const leaf = (usage: string, text: string, action: Load): Command =>
    withTarget(add(query, usage, text, action));
  leaf('types', 'the entity types, and how many entities each has', load('types'));
  paged(leaf('list <etype>', 'entities with their values now', load('list')));
  leaf('record <etype> <eid>', 'all that is stored of one entity', load('record'));
  leaf('attr <etype> <eid> <attr>', 'value and history of one attribute', load('attr'))
    .option('--from <time>', 'items that end then or later')
    .option('--to <time>', 'items that begin then or before');
  leaf('values <etype> <eid>', 'values and confidences at an instant', load('values')).option(
    '--at <time>',
    'ISO 8601 or Unix seconds (default: now)',
  );
  paged(leaf('raw <etype>', 'data-points as they were received', load('raw')))
    .option('--eid <eid>', 'of this entity')
    .option('--attr <attr>', 'of this attribute')
    .option('--src <src>', 'from this source');
  leaf(
    'explain <etype> <eid> <attr>',
    'which items, sources and hooks made a value',
    load('explain'),
  ).option('--at <time>', 'ISO 8601 or Unix seconds (default: now)');
}

function addChanges(program: Command, add: Add): void {
  const command = add(
    program,
    'changes',
    'what has changed, in order for each entity',
    async () => {
      return (await import('./cli/changes.js')).changes;
    },
  )
    .option('--after <cursor>', 'go on where a reading ended; start or now (default: start)')
    .option('--follow', 'go on with what comes, until interrupted')
    .option('--etype <etype...>', 'of these entity types')
    .addOption(new Option('--limit <n>', 'at most so many; 0 is all').argParser(count).default(0));
  withTarget(command);
}

function addDeadLetters(program: Command, add: Add): void {
  const load: (name: keyof typeof import('./cli/dead-letters.js')) => Load = (name) => async () =>
    (await import('./cli/dead-letters.js'))[name];
  const letters = program.command('dead-letters').description('tasks that were given up, and why');
  paged(withTarget(add(letters, 'list', 'the oldest first', load('list'))));
  for (const [name, text] of [
    ['replay', 'work on them once more'],
    ['drop', 'forget them for good'],
  ] as const) {
    withTarget(add(letters, `${name} [ids...]`, text, load(name))).option('--all', 'every one');
  }
}

function addErase(program: Command, add: Add): void {
  const command = add(
    program,
    'erase <etype> <eid>',
    'delete an entity and clear all that was stored of it, the log included',
    async () => (await import('./cli/erase.js')).erase,
  )
    .option('--config <dir>', 'with --data, when nothing runs there: its modules run meanwhile')
    .option(
      '--compact',
      'then write the files of a folder nobody has open anew, without old bytes',
    );
  withTarget(command);
}

function addUpkeep(program: Command, add: Add): void {
  add(program, 'fsck', 'check the data folder: links both ways, counts, cursors', async () => {
    return (await import('./cli/fsck.js')).fsckFolder;
  }).addOption(dataOption());
  withTarget(
    add(
      program,
      'replace-modules',
      'give a running platform the code that is in the files of its modules now',
      async () => (await import('./cli/replace-modules.js')).replaceModules,
    ),
  );
  withTarget(
    add(program, 'stats', 'accounts of a running platform', async () => {
      return (await import('./cli/stats.js')).stats;
    }),
    'data folder of a running platform',
  );
}

function withTarget(command: Command, dataText?: string): Command {
  return command
    .addOption(dataOption(dataText))
    .addOption(
      new Option('--url <url>', 'of a running platform').env('TROUPE_URL').conflicts('data'),
    )
    .addOption(tokenOption('for --url'));
}

function paged(command: Command): Command {
  return command
    .addOption(new Option('--limit <n>', 'at most so many; 0 is all').argParser(count).default(20))
    .option('--after <cursor>', 'go on where a list ended');
}

function dataOption(text = 'data folder, of a running platform or at rest'): Option {
  return new Option('--data <dir>', text).env('TROUPE_DATA');
}

/** The environment keeps it out of the list of processes. */
function tokenOption(text: string): Option {
  return new Option('--token <token>', text).env('TROUPE_TOKEN').argParser(notEmpty);
}

function count(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('Expected a whole number.');
  return Number(text);
}

function port(text: string): number {
  if (!/^\d{1,5}$/.test(text) || Number(text) > 65_535)
    throw new InvalidArgumentError('Expected a number from 0 to 65535.');
  return Number(text);
}

function names(text: string): readonly string[] {
  return text.split(',').flatMap((name) => name.trim() || []);
}

function notEmpty(text: string): string {
  if (text === '') throw new InvalidArgumentError('Expected at least one character.');
  return text;
}

function exitCodeTable(): string {
  const rows = Object.entries(EXIT_CODES).map(([code, text]) => `  ${code.padStart(3)}  ${text}`);
  return `Exit codes:\n${rows.join('\n')}`;
}
