import { readEnvironment } from '../../src/cli/environment.js';
import { findRunningLab } from '../../src/lab/find-record.js';
import type { RunningLab } from '../../src/lab/running-lab.js';
import type { TestResult } from '../../src/results/run.js';
import { printChecks, testedCluster } from './kubernetes/checks.js';
import { MemoryTable } from './kubernetes/memory.js';
import { PodTable } from './kubernetes/pods.js';
import { ALONE, LAB, timedUp, UpTable } from './kubernetes/up.js';
import { inSandbox, lab, runProgram, type Extent } from './run.js';

/** Pods and containers that are started and ended, all rounds together. */
const PODS = 10;

/** Lends the cluster that is up in this state folder. */
async function withCluster<T>(
  env: Readonly<Record<string, string>>,
  work: (running: RunningLab) => Promise<T>,
): Promise<T> {
  const running = findRunningLab(readEnvironment(env).state, LAB);
  try {
    return await work(running);
  } finally {
    await running.close();
  }
}

/**
 * A cluster: `lab up k8s` by its steps against the boot of the same image alone, pods with a VF against containers by CNI and containerd
 * alone on the same node, memory, and the checks. Under TCG.
 */
export async function benchKubernetes({ rounds, small }: Extent): Promise<void> {
  await inSandbox(async (_, env) => {
    const down = async (): Promise<string> => runProgram([...lab, 'down', LAB], { env });
    // Builds what is not in the cache.
    await runProgram([...lab, 'up', LAB, '--dry-run'], { env });
    if (!small) {
      // The first one finds nothing in the page cache.
      await timedUp([], env);
      await down();
    }
    const [ups, memory, pods] = [new UpTable(), new MemoryTable(), new PodTable()];
    const tests: TestResult[] = [];
    for (let round = 0; round < rounds; round += 1) {
      const cluster = await timedUp([], env);
      await withCluster(env, async (running) => memory.read(running));
      tests.push(await testedCluster(small ? ['--check', 'cluster'] : [], env));
      const count = small ? 1 : Math.ceil(PODS / rounds);
      await withCluster(env, async (running) => pods.measure(running, count));
      await down();
      ups.add(cluster, await timedUp(ALONE, env));
      await down();
    }
    ups.print();
    pods.print();
    memory.print();
    printChecks(tests);
  });
}
