import { BaseCommand } from '../../cli/base-command.js';
import { listImages, type ListedImage } from '../../images/inventory.js';
import { bytesText } from '../../report/bytes-text.js';

interface ImageListResult {
  readonly images: readonly ListedImage[];
}

export default class ImageList extends BaseCommand<typeof ImageList> {
  static override summary = 'Show the images that machines can boot, and which of them are in the cache.';
  static override examples = ['<%= config.bin %> <%= command.id %>'];

  async run(): Promise<ImageListResult> {
    await this.read(ImageList);
    const images = listImages(this.environment);
    const rows = images.map(({ name, state, bytes, base, components }) => [
      name,
      state,
      bytesText(bytes),
      [base, ...components].join(' + '),
    ]);
    this.logTable([['IMAGE', 'STATE', 'IN CACHE', 'MADE OF'], ...rows]);
    return { images };
  }
}
