/** Where a layer is built, and whom it tells. */
export interface LayerWork {
  /** The cache folder, for what is fetched once for several layers. */
  readonly cache: string;
  /** Becomes the layer's folder when all is there. */
  readonly result: string;
  /** For whatever the build needs; removed after it. */
  readonly scratch: string;
  /** All that was said; it stays when the build fails. */
  readonly logFile: string;
  /** Hex SHA-256 of the layer. */
  readonly digest: string;
  /** One line for the log, and for whoever watches. */
  readonly log: (line: string) => void;
  /** One line for the log alone. */
  readonly record: (line: string) => void;
}
