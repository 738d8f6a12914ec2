import * as Args from '@oclif/core/args';
import { BaseCommand, Flags } from '../../cli/base-command.js';
import { instanceFlag, noWaitFlag } from '../../cli/instance-flags.js';
import { loadImage, type LoadedImage } from '../../lab/cluster/load-image.js';
import { clusterOf } from '../../lab/cluster/running-cluster.js';
import { findRunningLab } from '../../lab/find-record.js';

export default class ImageLoad extends BaseCommand<typeof ImageLoad> {
  static override summary = 'Put a container image onto the nodes of a lab’s cluster.';
  static override description =
    'Takes the archive of an OCI or docker image; no registry is needed. A pod that uses it needs `imagePullPolicy: Never` or ' +
    '`IfNotPresent`.';
  static override examples = [
    '<%= config.bin %> <%= command.id %> k8s my-plugin.tar',
    '<%= config.bin %> <%= command.id %> k8s-two-nodes my-plugin.tar --node one',
  ];
  static override args = {
    lab: Args.string({ ignoreStdin: true, description: 'a lab that is up, with a cluster', required: true }),
    file: Args.string({
      ignoreStdin: true,
      description: 'the archive: IMAGE.tar or IMAGE.tar.gz',
      required: true,
    }),
  };
  static override flags = {
    ...instanceFlag,
    ...noWaitFlag,
    node: Flags.string({ description: 'only this node', helpValue: 'NAME' }),
  };

  async run(): Promise<LoadedImage> {
    const { args, flags } = await this.read(ImageLoad);
    const running = findRunningLab(this.environment.state, args.lab, flags.instance);
    try {
      const cluster = await clusterOf(running);
      const loaded = await loadImage(cluster, args.file, flags.node, await this.task(), {
        wait: !flags['no-wait'],
      });
      this.log(`${loaded.names.join(', ')}: on ${loaded.nodes.join(', ')}`);
      return loaded;
    } finally {
      await running.close();
    }
  }
}
