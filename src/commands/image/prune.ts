import { BaseCommand } from '../../cli/base-command.js';
import type { Pruned } from '../../images/prune.js';
import { pruneUnusedImages } from '../../lab/prune-images.js';
import { bytesText } from '../../report/bytes-text.js';

export default class ImagePrune extends BaseCommand<typeof ImagePrune> {
  static override summary = 'Remove the images that no lab and no running machine uses.';
  static override description =
    'Keeps the images that a machine is running from, and those that an existing definition needed when it was last brought up. ' +
    'The others are rebuilt when they are needed.';
  static override examples = ['<%= config.bin %> <%= command.id %>'];

  async run(): Promise<Pruned> {
    await this.read(ImagePrune);
    const pruned = await pruneUnusedImages(this.environment, await this.task());
    for (const { title, bytes } of pruned.removed) this.log(`removed ${title}: ${bytesText(bytes)}`);
    this.log(pruned.removed.length === 0 ? 'nothing to remove' : `${bytesText(pruned.bytes)} in all`);
    return pruned;
  }
}
