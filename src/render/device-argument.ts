import type { DeviceArgument } from '../devices/qemu-option.js';
import { quoteForQemu } from './quote.js';

function propertyText(value: string | number | boolean): string {
  if (typeof value === 'boolean') return value ? 'on' : 'off';
  return quoteForQemu(String(value));
}

/** `driver,key=value,...` as QEMU reads it. */
export function deviceArgumentText(argument: DeviceArgument): string {
  const properties = Object.entries(argument.properties).map(
    ([key, value]) => `${key}=${propertyText(value)}`,
  );
  return [argument.driver, ...properties].join(',');
}
