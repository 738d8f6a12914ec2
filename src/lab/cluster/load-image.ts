import { MachineError, UsageError } from '../../errors/families.js';
import { inStep, type Task } from '../../model/task.js';
import type { RunResult } from '../../process/run.js';
import { withLabLock, type Waiting } from '../lab-lock.js';
import type { RunningLab } from '../running-lab.js';
import { sendFile } from '../send-file.js';
import { readImageArchive, type ImageArchive } from './image-archive.js';
import type { RunningCluster } from './running-cluster.js';

/** On a node, while it is loaded. */
const TARGET = '/var/tmp/sriov-lab-image.tar';
const MEBIBYTE = 1024 ** 2;
/** Of the nodes: machines are what this computer is. */
const PLATFORM = 'linux/amd64';

/** The nodes to load an image onto: the one of that name, or all. Throws UsageError for a name that no node has. */
function chosenNodes({ kubernetes, running }: RunningCluster, only: string | undefined): string[] {
  const names = kubernetes.nodes.map(({ machine }) => machine);
  if (only === undefined) return names;
  if (names.includes(only)) return [only];
  throw new UsageError({
    code: 'LAB-MEMBER-UNKNOWN',
    message: `the cluster of lab ${running.record.lab.name} has no node \`${only}\``,
    hint: `use one of: ${names.join(', ')}`,
  });
}

/** Throws UsageError for an image that the nodes cannot run. One whose archive does not tell what it is for is left to the runtime. */
function refuseForeign({ file, images }: ImageArchive): void {
  const foreign = images.find(({ platforms }) => platforms.length > 0 && !platforms.includes(PLATFORM));
  if (foreign === undefined) return;
  throw new UsageError({
    code: 'LAB-IMAGE-PLATFORM',
    message: `the image ${foreign.name} is for ${foreign.platforms.join(', ')}, but the nodes are ${PLATFORM}`,
    location: { file },
    hint: `build it, or pull it, with --platform ${PLATFORM}, and save it again`,
  });
}

/** Puts the archive into the guest, and has the container runtime import it. */
async function loadOnto(running: RunningLab, node: string, archive: ImageArchive, task: Task): Promise<void> {
  const { signal } = task;
  const guest = await running.guest(node, signal);
  let sent = 0;
  const onSent = (bytes: number): void => {
    sent += bytes;
    task.detail(`${Math.floor(sent / MEBIBYTE)} of ${Math.ceil(archive.bytes / MEBIBYTE)} MiB`);
  };
  try {
    await sendFile(running, node, archive.file, TARGET, { bytes: archive.bytes, onSent, signal });
    task.detail('importing');
    const result = await guest.run(['ctr', '--namespace', 'k8s.io', 'images', 'import', TARGET], { signal });
    if (result.exitCode !== 0) throw notImported(running.record.lab.name, node, archive, result);
  } finally {
    await guest.run(['rm', '-f', TARGET]);
  }
}

function notImported(
  lab: string,
  node: string,
  { file }: ImageArchive,
  { stdout, stderr }: RunResult,
): MachineError {
  return new MachineError(
    {
      code: 'LAB-IMAGE-IMPORT',
      message: `the container runtime of node ${node} did not import the image`,
      location: { file },
      hint: `it must be an image for ${PLATFORM}, and fit on the node's disk: lab exec ${lab} ${node} -- df -h /var/lib/containerd`,
    },
    { cause: new Error(`${stdout}\n${stderr}`.trim()) },
  );
}

/** What was loaded, and where. */
export interface LoadedImage extends ImageArchive {
  readonly nodes: readonly string[];
}

/**
 * Puts an archive of images onto the nodes of a cluster, or onto one of them. Throws UsageError for a file that is none, or for
 * another platform, and MachineError if a node does not take it.
 */
export async function loadImage(
  cluster: RunningCluster,
  file: string,
  only: string | undefined,
  task: Task,
  waiting?: Waiting,
): Promise<LoadedImage> {
  const nodes = chosenNodes(cluster, only);
  const archive = await readImageArchive(file);
  refuseForeign(archive);
  const { running } = cluster;
  await withLabLock(
    running.folder,
    'lab image load',
    task,
    async () => {
      for (const node of nodes) {
        const title = `Load ${archive.names.join(', ')} onto ${node}`;
        await inStep(task, title, async (step) => loadOnto(running, node, archive, step));
      }
    },
    waiting,
  );
  return { ...archive, nodes };
}
