import { BaseCommand } from '../cli/base-command.js';
import { listShipped, type ShippedLab } from '../definition/list-shipped.js';

interface ListResult {
  readonly labs: readonly ShippedLab[];
}

export default class List extends BaseCommand<typeof List> {
  static override aliases = ['ls'];
  static override summary = 'Show the labs that come with this program.';
  static override description =
    'The time is roughly what `lab test` takes under emulation (TCG) with the toolchain in the cache. KVM is faster.';
  static override examples = ['<%= config.bin %> <%= command.id %>'];
  static override args = {};
  static override flags = {};

  async run(): Promise<ListResult> {
    await this.read(List);
    const labs = listShipped();
    const rows = labs.map(({ name, takesSeconds, summary }) => [
      name,
      takesSeconds === null ? '-' : `${takesSeconds} s`,
      summary,
    ]);
    this.logTable([['LAB', 'TAKES', 'WHAT IT SHOWS'], ...rows]);
    return { labs };
  }
}
