import { BaseCommand } from '../../cli/base-command.js';
import { imageArgument, imageFlags } from '../../cli/image-flags.js';
import { toolFlags } from '../../cli/tool-flags.js';
import type { BootImage } from '../../images/boot-image.js';
import { buildImage } from '../../lab/build-image.js';
import { findImage } from '../../lab/find-image.js';

interface ImageBuildResult extends BootImage {
  readonly name: string;
}

export default class ImageBuild extends BaseCommand<typeof ImageBuild> {
  static override summary = 'Build an image, layer by layer, reusing what is in the cache.';
  static override description =
    'A second build of the same recipe does nothing. After a change, only the changed layer and those above it are rebuilt. ' +
    '`lab up` builds the images its machines need automatically.';
  static override examples = [
    '<%= config.bin %> <%= command.id %> debian-13',
    '<%= config.bin %> <%= command.id %> mine --lab ./my-lab',
  ];
  static override args = { image: imageArgument };
  static override flags = { ...imageFlags, mirror: toolFlags.mirror, accel: toolFlags.accel };

  async run(): Promise<ImageBuildResult> {
    const { args, flags } = await this.read(ImageBuild);
    const built = await buildImage(
      findImage(args.image, flags.lab),
      { environment: this.environment, mirror: flags.mirror, acceleration: flags.accel },
      await this.task(),
    );
    this.log(`${args.image}: ${built.disk ?? built.initrd}`);
    return { name: args.image, ...built };
  }
}
