import * as Args from '@oclif/core/args';
import { BaseCommand, Flags } from '../cli/base-command.js';
import { instanceFlag } from '../cli/instance-flags.js';
import { interruptSignal } from '../cli/interrupts.js';
import { serveProxy } from '../lab/cluster/proxy.js';
import { clusterOf } from '../lab/cluster/running-cluster.js';
import { DEFAULT_PROXY_PORT, proxyUrl } from '../lab/cluster/write-kubeconfig.js';
import { findRunningLab } from '../lab/find-record.js';

interface ProxyResult {
  readonly server: string;
}

export default class Proxy extends BaseCommand<typeof Proxy> {
  static override summary = 'Offer the API server of a lab’s cluster on 127.0.0.1.';
  static override description =
    'Until you end it with Ctrl-C. Nothing of a lab can be reached from outside otherwise. Clients need the kubeconfig that ' +
    '`lab kubeconfig` writes.';
  static override examples = [
    '<%= config.bin %> <%= command.id %> k8s',
    '<%= config.bin %> <%= command.id %> k8s --port 16443',
  ];
  static override args = {
    lab: Args.string({ ignoreStdin: true, description: 'a lab that is up, with a cluster', required: true }),
  };
  static override flags = {
    ...instanceFlag,
    port: Flags.integer({
      description: 'the port; 0 takes any that is free',
      default: DEFAULT_PROXY_PORT,
      min: 0,
      max: 65_535,
      helpValue: 'N',
    }),
  };

  async run(): Promise<ProxyResult> {
    const { args, flags } = await this.read(Proxy);
    const cluster = await clusterOf(findRunningLab(this.environment.state, args.lab, flags.instance));
    let server = proxyUrl(flags.port);
    const onListening = (port: number): void => {
      server = proxyUrl(port);
      const differs = port === DEFAULT_PROXY_PORT ? '' : ` --port ${port}`;
      this.log(`${server} is the API server of ${args.lab}, until you press Ctrl-C`);
      this.log(`use it: lab kubeconfig ${args.lab} -o ${args.lab}.kubeconfig${differs}`);
      this.log(`        kubectl --kubeconfig ${args.lab}.kubeconfig get nodes`);
    };
    await serveProxy(cluster, flags.port, onListening, interruptSignal());
    return { server };
  }
}
