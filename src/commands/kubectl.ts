import * as Args from '@oclif/core/args';
import { BaseCommand } from '../cli/base-command.js';
import { instanceFlag } from '../cli/instance-flags.js';
import { terminationSignal } from '../cli/interrupts.js';
import { UsageError } from '../errors/families.js';
import { runKubectl } from '../lab/cluster/kubectl.js';
import { clusterOf } from '../lab/cluster/running-cluster.js';
import { findRunningLab } from '../lab/find-record.js';
import type { RunResult } from '../process/run.js';

export default class Kubectl extends BaseCommand<typeof Kubectl> {
  static override summary = 'Run kubectl as the administrator of a lab’s cluster.';
  static override description =
    'Runs the kubectl of the cluster’s version next to its API server, with your terminal, your standard input and your working folder. ' +
    'Returns kubectl’s exit code. For a kubectl of your own, see `lab proxy`.';
  static override examples = [
    '<%= config.bin %> <%= command.id %> k8s -- get nodes',
    '<%= config.bin %> <%= command.id %> k8s -- apply -f pod.yaml',
    '<%= config.bin %> <%= command.id %> k8s -- exec -it POD -- sh',
  ];
  static override strict = false;
  static override args = {
    lab: Args.string({ ignoreStdin: true, description: 'a lab that is up, with a cluster', required: true }),
  };
  static override flags = { ...instanceFlag };
  protected override readonly passesOn = 1;
  static override usage = 'kubectl LAB [--json] [--instance NAME] -- ARGUMENT...';

  async run(): Promise<RunResult> {
    const { args, argv, flags } = await this.read(Kubectl);
    const end = this.argv.indexOf('--');
    const words = end < 0 ? argv.slice(1) : this.argv.slice(end + 1);
    if (words.length === 0) {
      throw new UsageError({
        code: 'LAB-USAGE',
        message: 'there is nothing for kubectl to do',
        hint: `put its arguments after --: lab kubectl ${args.lab} -- get nodes`,
      });
    }
    const running = findRunningLab(this.environment.state, args.lab, flags.instance);
    const result = await runKubectl(await clusterOf(running), words, {
      folder: process.cwd(),
      capture: this.jsonEnabled(),
      signal: terminationSignal(),
    });
    process.exitCode = result.exitCode;
    return result;
  }
}
