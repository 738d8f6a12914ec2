import * as Args from '@oclif/core/args';
import { BaseCommand, Flags } from '../cli/base-command.js';
import { instanceFlag } from '../cli/instance-flags.js';
import { clusterOf } from '../lab/cluster/running-cluster.js';
import {
  DEFAULT_PROXY_PORT,
  kubeconfigFor,
  proxyUrl,
  writeKubeconfig,
} from '../lab/cluster/write-kubeconfig.js';
import { findRunningLab } from '../lab/find-record.js';

interface KubeconfigResult {
  readonly server: string;
  /** Null: it was printed. */
  readonly file: string | null;
  readonly kubeconfig: string;
}

export default class Kubeconfig extends BaseCommand<typeof Kubeconfig> {
  static override summary = 'Write a kubeconfig for the cluster of a lab.';
  static override description =
    'For kubectl, helm, k9s and test suites of your own. It works while `lab proxy` runs, and until the lab goes down. Whoever has it may ' +
    'do anything in the cluster, so only you may read the file.';
  static override examples = [
    '<%= config.bin %> <%= command.id %> k8s -o k8s.kubeconfig',
    '<%= config.bin %> <%= command.id %> k8s -o k8s.kubeconfig --port 16443 --force',
  ];
  static override args = {
    lab: Args.string({ ignoreStdin: true, description: 'a lab that is up, with a cluster', required: true }),
  };
  static override flags = {
    ...instanceFlag,
    output: Flags.string({
      char: 'o',
      description: 'the file; without it, prints the kubeconfig',
      helpValue: 'FILE',
    }),
    port: Flags.integer({
      description: 'the port of `lab proxy`',
      default: DEFAULT_PROXY_PORT,
      min: 1,
      max: 65_535,
      helpValue: 'N',
    }),
    force: Flags.boolean({ description: 'replace the file if it exists', default: false }),
  };

  async run(): Promise<KubeconfigResult> {
    const { args, flags } = await this.read(Kubeconfig);
    const cluster = await clusterOf(findRunningLab(this.environment.state, args.lab, flags.instance));
    const kubeconfig = await kubeconfigFor(cluster, flags.port);
    if (flags.output === undefined) this.log(kubeconfig.trimEnd());
    else {
      writeKubeconfig(flags.output, kubeconfig, { force: flags.force });
      const port = flags.port === DEFAULT_PROXY_PORT ? '' : ` --port ${flags.port}`;
      this.log(`wrote ${flags.output}; it works while this runs: lab proxy ${args.lab}${port}`);
    }
    return { server: proxyUrl(flags.port), file: flags.output ?? null, kubeconfig };
  }
}
