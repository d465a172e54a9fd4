/**
 * The application that `troupe init` writes: hosts and the networks they are in. Two entity types with an attribute of
 * each kind, a module that derives the one from the other, a few data-points, and a page that says how to run it.
 * Runs on: any.
 */

/**
 * Path below the new folder -> content. `dependency` is what its manifest says of this package; the data-points are of the
 * hours around `now` (epoch ms).
 */
export function templateFiles(dependency: string, now: number): Readonly<Record<string, string>> {
  return {
    'README.md': readme,
    'package.json': manifest(dependency),
    'config/db_entities/host.yml': host,
    'config/db_entities/network.yml': network,
    'config/processing_core.yml': processing,
    'config/modules/networks.yml': networksConfig,
    'modules/networks.js': networksModule,
    'data-points.json': dataPoints(now),
  };
}

function manifest(dependency: string): string {
  const value = {
    private: true,
    type: 'module',
    scripts: { start: 'troupe serve --config config --data data' },
    dependencies: { troupe: dependency },
  };
  return `${JSON.stringify(value, undefined, 2)}\n`;
}

const host = `# A machine in a network, known by its address.
entity:
  id: host
  id_data_type: ipv4
  name: Host
  description: A machine that answers at an address
  snapshot: true
attribs:
  # Plain: the last value counts.
  hostname:
    name: Hostname
    description: As the machine calls itself
    type: plain
    data_type: string
  # Observations: values with a validity and a confidence. The value now is the one with the highest confidence.
  os:
    name: Operating system
    description: As sensors see it; they may differ
    type: observations
    data_type: category<string;bsd,linux,macos,windows>
    confidence: true
    history_params:
      max_age: 30d
      post_validity: 12h
  # Timeseries: samples. Each list has one sample for every five minutes from t1 on.
  traffic:
    name: Traffic
    description: Bytes in and out
    type: timeseries
    timeseries_type: regular
    timeseries_params:
      max_age: 7d
      time_step: 5m
    series:
      bytes_in:
        data_type: int64
      bytes_out:
        data_type: int64
  # A link. The network lists its hosts by itself, under the name behind mirror=.
  network:
    name: Network
    description: Derived from the address by modules/networks.js
    type: plain
    data_type: link<network;mirror=hosts>
`;

const network = `# A network, known by its prefix. Its attribute "hosts" mirrors the links of the hosts.
entity:
  id: network
  id_data_type: string
  name: Network
  description: A range of addresses
  snapshot: true
attribs:
  size:
    name: Size
    description: Addresses in the network
    type: plain
    data_type: int
`;

const processing = `# Which modules run, and where they are: relative to this folder.
modules_dir: ../modules
enabled_modules:
  - networks
`;

const networksConfig = `# Handed to modules/networks.js. After a change: POST /control/refresh_module_config?module=networks
prefix_length: 24
`;

const networksModule = `// Puts each host into its network. A hook gets what came, and returns the data-points that follow from it.
import { BaseModule } from 'troupe/actors';

export class Networks extends BaseModule {
  constructor(platform, config, registrar) {
    super(platform, config, registrar);
    registrar.registerOnEntityCreationHook((eid) => this.placeHost(eid), 'host');
  }

  loadConfig(_platform, config) {
    this.prefixLength = config.prefix_length;
  }

  placeHost(address) {
    const eid = networkOf(address, this.prefixLength);
    const size = 2 ** (32 - this.prefixLength);
    return [
      { etype: 'host', eid: address, dataPoints: [{ attr: 'network', v: { eid } }] },
      { etype: 'network', eid, dataPoints: [{ attr: 'size', v: size }] },
    ];
  }
}

function networkOf(address, prefixLength) {
  const bits = address.split('.').reduce((sum, byte) => sum * 256 + Number(byte), 0);
  const size = 2 ** (32 - prefixLength);
  const first = Math.floor(bits / size) * size;
  const bytes = [24, 16, 8, 0].map((shift) => Math.floor(first / 2 ** shift) % 256);
  return \`\${bytes.join('.')}/\${prefixLength}\`;
}
`;

const HOUR_MS = 3_600_000;

function dataPoints(now: number): string {
  const hour = Math.floor(now / HOUR_MS) * HOUR_MS;
  const at = (hours: number): string => new Date(hour + hours * HOUR_MS).toISOString();
  return `[
  {"type": "host", "id": "192.0.2.10", "attr": "hostname", "v": "edge-01", "src": "dhcp"},
  {"type": "host", "id": "192.0.2.10", "attr": "os", "v": "linux", "c": 0.9,
   "t1": "${at(-4)}", "t2": "${at(12)}", "src": "passive"},
  {"type": "host", "id": "192.0.2.10", "attr": "os", "v": "bsd", "c": 0.4,
   "t1": "${at(-2)}", "t2": "${at(-1)}", "src": "scanner"},
  {"type": "host", "id": "192.0.2.10", "attr": "traffic",
   "t1": "${at(-1)}", "t2": "${at(-0.75)}",
   "v": {"bytes_in": [10500, 9800, 12100], "bytes_out": [700, 640, 905]}, "src": "flows"},
  {"type": "host", "id": "192.0.2.77", "attr": "hostname", "v": "printer", "src": "dhcp"},
  {"type": "host", "id": "198.51.100.4", "attr": "hostname", "v": "mail", "src": "dns"}
]
`;
}

const readme = `# Hosts and networks

An application of the entity platform Troupe: hosts are reported by their address, a module derives the networks they are in.

    config/db_entities/    the entity types and their attributes
    config/modules/        what each module is configured with
    modules/               the modules themselves
    data-points.json       a few data-points to begin with

Run it:

    npm install
    npx troupe check config
    npx troupe serve --config config --data data

and in another shell:

    npx troupe ingest data-points.json --data data --wait
    npx troupe query list host --data data
    npx troupe query values host 192.0.2.10 --data data
    npx troupe query explain host 192.0.2.10 os --data data
    npx troupe query record network 192.0.2.0/24 --data data

The same over HTTP, at http://127.0.0.1:5000: \`POST /datapoints\`, \`GET /entity/host/192.0.2.10\`, \`GET /openapi.json\`.
`;
