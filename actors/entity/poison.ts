/**
 * Finds the task that kills. Before its hooks run a task is noted, where the note outlives the thread (shared memory)
 * or, after a process has ended without a stop, the process (a small file). Who begins anew finds the notes:
 *
 *   free ── begin ──> running ── end ──> free
 *                        │ thread dies
 *                     suspect ── begin ──> runningAgain ── end ──> free
 *                                               │ thread dies
 *                                            poison ── begin ──> told so; the task is a dead letter
 *
 * While there are suspects tasks run one by one, so that the second death names one; the hook that began last is noted too.
 * Runs on: thread.
 */
import { type Lane, placeOf, seqOf } from '../../stores/internal.js';
import type { CarefulNote, CarefulNotes } from './careful-notes.js';
import { NOTES, NoteState, type SharedWords } from './shared-words.js';

/** A task that must not run, and the mark of the hook that had begun last when it killed; 0 if none had. */
export interface Poison {
  readonly hook: number;
}

export class PoisonWatch {
  readonly #words: SharedWords;
  readonly #partition: number;
  /** seq -> its note: what a dead thread left. */
  readonly #suspects = new Map<number, number>();
  readonly #careful: CarefulNotes | undefined;
  /** Process deaths noted at one task that make it a poison; one more happened before anything was noted. */
  readonly #notedDeathsMax: number;
  #carefulUntil: readonly number[];
  #fileSuspect: CarefulNote | undefined;
  /** What this process has written into the file. */
  #fileNote: CarefulNote | undefined;

  /**
   * `careful` with the next number of each lane at the start: tasks before them are noted in the file as well, and passed
   * when the process has died at them so often.
   */
  constructor(options: {
    words: SharedWords;
    partition: number;
    careful?: { notes: CarefulNotes; until: readonly number[]; deathsMax: number } | undefined;
  }) {
    this.#words = options.words;
    this.#partition = options.partition;
    this.#careful = options.careful?.notes;
    this.#carefulUntil = options.careful?.until ?? [0, 0];
    this.#notedDeathsMax = (options.careful?.deathsMax ?? Infinity) - 1;
    this.#fileSuspect = this.#careful?.read(options.partition);
    for (let at = 0; at < NOTES; at++) {
      const note = this.#words.note(this.#partition, at);
      if (note.state === NoteState.free) continue;
      const wasFirst = note.state === NoteState.running || note.state === NoteState.suspect;
      const state = wasFirst ? NoteState.suspect : NoteState.poison;
      this.#words.setNoteState(this.#partition, at, state);
      this.#suspects.set(seqOf(note.number, note.lane as Lane), at);
    }
  }

  /** True while tasks must run one by one. */
  get isSerial(): boolean {
    return this.#suspects.size > 0 || this.#fileSuspect !== undefined;
  }

  /** Notes that a task begins: the note to {@link end} with; a poison must not run. */
  begin(lane: number, number: number): number | Poison {
    const seq = seqOf(number, lane as Lane);
    const note = this.#suspects.get(seq) ?? this.#free();
    const isSuspect = this.#suspects.has(seq);
    if (isSuspect) {
      const { state, hook } = this.#words.note(this.#partition, note);
      if (state === NoteState.poison) return this.#condemn(seq, note, hook);
    }
    if (this.#isInFile(lane, number)) {
      const known = this.#fileSuspect?.seq === seq ? this.#fileSuspect : undefined;
      const deaths = known?.deaths ?? 0;
      if (known !== undefined && deaths >= this.#notedDeathsMax)
        return this.#condemn(seq, isSuspect ? note : undefined, known.hook);
      this.#writeFile({ seq, deaths: deaths + 1, hook: 0 });
    }
    const state = isSuspect ? NoteState.runningAgain : NoteState.running;
    this.#words.setNote(this.#partition, note, { state, lane, number });
    return note;
  }

  /** A hook of a task begins; `hook` is its mark. */
  hookBegins(note: number, hook: number): void {
    this.#words.setNoteHook(this.#partition, note, hook);
    if (this.#fileNote === undefined) return;
    const { lane, number } = this.#words.note(this.#partition, note);
    if (this.#fileNote.seq === seqOf(number, lane as Lane))
      this.#writeFile({ ...this.#fileNote, hook });
  }

  /** The task is over, however. */
  end(note: number): void {
    if (this.#suspects.size > 0 || this.#careful !== undefined) this.#clear(note);
    this.#words.setNoteState(this.#partition, note, NoteState.free);
  }

  /** This incarnation ends with its thread alive: what ran is no suspect for that. */
  release(): void {
    releaseNotes(this.#words, this.#partition);
  }

  /** A note for one more task; where deaths have left none, that of one suspect is given up. */
  #free(): number {
    for (let at = 0; at < NOTES; at++)
      if (this.#words.note(this.#partition, at).state === NoteState.free) return at;
    for (const [seq, at] of this.#suspects) {
      this.#suspects.delete(seq);
      return at;
    }
    return 0;
  }

  #clear(note: number): void {
    const { lane, number } = this.#words.note(this.#partition, note);
    const seq = seqOf(number, lane as Lane);
    this.#suspects.delete(seq);
    if (!this.#isInFile(lane, number)) return;
    if (this.#fileSuspect?.seq === seq) this.#fileSuspect = undefined;
    this.#clearFile();
  }

  #condemn(seq: number, note: number | undefined, hook: number): Poison {
    if (note !== undefined) this.#words.setNoteState(this.#partition, note, NoteState.free);
    this.#suspects.delete(seq);
    if (this.#fileSuspect?.seq === seq) this.#fileSuspect = undefined;
    const { lane, number } = placeOf(seq);
    if (this.#isInFile(lane, number)) this.#clearFile();
    return { hook };
  }

  #isInFile(lane: number, number: number): boolean {
    return this.#careful !== undefined && number < this.#carefulUntil[lane]!;
  }

  #writeFile(note: CarefulNote): void {
    this.#fileNote = note;
    this.#careful?.write(this.#partition, note);
  }

  #clearFile(): void {
    this.#fileNote = undefined;
    this.#careful?.clear(this.#partition);
  }
}

/** What a partition had in hand is no suspect: it has not ended by what it did. */
export function releaseNotes(words: SharedWords, partition: number): void {
  for (let at = 0; at < NOTES; at++) {
    const { state } = words.note(partition, at);
    if (state === NoteState.running) words.setNoteState(partition, at, NoteState.free);
    if (state === NoteState.runningAgain) words.setNoteState(partition, at, NoteState.suspect);
  }
}
