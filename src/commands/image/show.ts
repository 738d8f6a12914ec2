import { BaseCommand } from '../../cli/base-command.js';
import { imageArgument, imageFlags } from '../../cli/image-flags.js';
import { describeImage, describeInitramfs, type ShownImage } from '../../images/inventory.js';
import { findImage } from '../../lab/find-image.js';
import { bytesText } from '../../report/bytes-text.js';

const DIGEST_LENGTH = 12;

export default class ImageShow extends BaseCommand<typeof ImageShow> {
  static override summary = 'Show what an image consists of: its layers, their sizes, digests and versions.';
  static override description =
    'A bill of materials. `--json` lists every package with its version; without it, only their number is shown.';
  static override examples = ['<%= config.bin %> <%= command.id %> debian-13'];
  static override args = { image: imageArgument };
  static override flags = { ...imageFlags };

  async run(): Promise<ShownImage> {
    const { args, flags } = await this.read(ImageShow);
    const { image, kernelFlavour } = findImage(args.image, flags.lab);
    const shown =
      typeof image === 'string'
        ? describeInitramfs(image, this.environment)
        : describeImage(image, kernelFlavour, this.environment);
    this.#print(shown);
    return shown;
  }

  #print({ name, state, bytes, kernel, digest, disk, layers }: ShownImage): void {
    this.log(
      `${name}: ${state}, ${bytesText(bytes)} in the cache${kernel === null ? '' : `, Linux ${kernel}`}`,
    );
    if (digest !== null) this.log(`digest: ${digest}`);
    if (disk !== null) this.log(`disk: ${disk}`);
    if (layers.length === 0) return;
    const rows = layers.map((layer) => [
      layer.title,
      layer.digest.slice(0, DIGEST_LENGTH),
      bytesText(layer.bytes),
      layer.took === null ? '-' : `${layer.took} s`,
      layer.packages === null ? '-' : `${Object.keys(layer.packages).length}`,
      layer.components
        .flatMap((one) => (one.version === null ? [] : `${one.name} ${one.version}`))
        .join(', ') ||
        (layer.source ?? ''),
    ]);
    const head = ['LAYER', 'DIGEST', 'SIZE', 'TOOK', 'PACKAGES', 'FROM'];
    this.logTable([head, ...rows]);
  }
}
