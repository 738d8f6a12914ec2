/** One argument of QEMU: its driver, then its properties in the order in which they are written. */
export interface DeviceArgument {
  readonly driver: string;
  readonly properties: Readonly<Record<string, string | number | boolean>>;
}

/** An option of QEMU and its argument. */
export interface QemuOption {
  readonly option: string;
  readonly argument: DeviceArgument;
}
