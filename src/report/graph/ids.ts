/** Makes ids that are plain words in every format, and never one twice. */
export class Ids {
  readonly #taken = new Set<string>();

  take(...parts: readonly string[]): string {
    const wanted = parts.join('_').replace(/[^A-Za-z0-9]+/g, '_');
    let id = wanted;
    for (let count = 2; this.#taken.has(id); count += 1) id = `${wanted}_${count}`;
    this.#taken.add(id);
    return id;
  }
}
