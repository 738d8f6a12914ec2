import { readFileSync } from 'node:fs';
import { median } from 'simple-statistics';
import { recordedPart } from '../../../src/lab/record.js';
import type { RunningLab } from '../../../src/lab/running-lab.js';
import { interruption } from '../interruption.js';
import { head, mib, row } from '../table.js';

const CONTROL_PLANE = ['etcd', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler'];
const NODE = 'guest';

/** Runs in the node: the memory of its programs, one process a line, then what is used and what there is, in KiB. */
const IN_NODE = `
for process in /proc/[0-9]*; do
    read -r name 2>/dev/null <"$process/comm" || continue
    case $name in
        kubelet | containerd | containerd-shim* | vf-device-plugi*) ;;
        *) continue ;;
    esac
    rss=0 pss=0
    while read -r key value _; do
        case $key in
            Rss:) rss=$value ;;
            Pss:) pss=$value ;;
        esac
    done 2>/dev/null <"$process/smaps_rollup"
    echo "$name $rss $pss"
done
while read -r key value _; do
    case $key in
        MemTotal:) total=$value ;;
        MemAvailable:) available=$value ;;
    esac
done </proc/meminfo
echo "used $((total - available)) $total"`;

/** In KiB. PSS counts a page that several processes share in part for each (proc_pid_smaps(5)). */
interface Memory {
  readonly rss: number;
  readonly pss: number;
}

function sizeIn(rollup: string, key: string): number {
  const found = new RegExp(`^${key}: +(\\d+) kB$`, 'm').exec(rollup)?.[1];
  if (found === undefined) throw new Error(`there is no ${key} in:\n${rollup}`);
  return Number(found);
}

function memoryOf(pid: number): Memory {
  const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
  return { rss: sizeIn(rollup, 'Rss'), pss: sizeIn(rollup, 'Pss') };
}

/** A program of this computer that is a part of the lab. */
function memoryOfPart({ record }: RunningLab, kind: string, name: string): Memory {
  const main = recordedPart(record, kind, name)?.main;
  if (!main) throw new Error(`${kind} ${name} is not running`);
  return memoryOf(main.pid);
}

interface NodeMemory {
  /** By program, all processes of it together. */
  readonly programs: ReadonlyMap<string, Memory>;
  readonly usedKiB: number;
  readonly totalKiB: number;
}

async function memoryOfNode(running: RunningLab): Promise<NodeMemory> {
  const guest = await running.guest(NODE, interruption);
  const { stdout } = await guest.run(['/bin/sh', '-c', IN_NODE], { signal: interruption });
  const programs = new Map<string, Memory>();
  let [usedKiB, totalKiB] = [0, 0];
  for (const line of stdout.trim().split('\n')) {
    const [name = '', first = '', second = ''] = line.split(' ');
    if (name === 'used') [usedKiB, totalKiB] = [Number(first), Number(second)];
    else {
      const before = programs.get(name) ?? { rss: 0, pss: 0 };
      programs.set(name, { rss: before.rss + Number(first), pss: before.pss + Number(second) });
    }
  }
  return { programs, usedKiB, totalKiB };
}

/** The memory of a cluster whose node has no pods. */
export class MemoryTable {
  readonly #programs = new Map<string, Memory[]>();
  readonly #nodes: NodeMemory[] = [];

  async read(running: RunningLab): Promise<void> {
    for (const name of CONTROL_PLANE) this.#note(name, memoryOfPart(running, 'service', name));
    this.#note(`QEMU of ${NODE}`, memoryOfPart(running, 'machine', NODE));
    const node = await memoryOfNode(running);
    for (const [name, memory] of node.programs) this.#note(`in ${NODE}: ${name}`, memory);
    this.#nodes.push(node);
  }

  print(): void {
    head('Memory of the cluster, without pods', 'what', 'RSS', 'PSS');
    for (const [name, all] of this.#programs)
      row(name, mib(median(all.map(({ rss }) => rss))), mib(median(all.map(({ pss }) => pss))));
    const ofControlPlane = (key: keyof Memory): number =>
      CONTROL_PLANE.reduce(
        (sum, name) => sum + median((this.#programs.get(name) ?? []).map((one) => one[key])),
        0,
      );
    row('the control plane together', mib(ofControlPlane('rss')), mib(ofControlPlane('pss')));
    const used = median(this.#nodes.map(({ usedKiB }) => usedKiB));
    const total = median(this.#nodes.map(({ totalKiB }) => totalKiB));
    row(`in ${NODE}: everything but free memory and caches, of ${mib(total)}`, mib(used), '');
  }

  #note(name: string, memory: Memory): void {
    this.#programs.set(name, [...(this.#programs.get(name) ?? []), memory]);
  }
}
