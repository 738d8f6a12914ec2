import * as z from 'zod';
import type { CheckSpec } from '../spec.js';

const parameters = z.strictObject({});

export const enumeration = {
  name: 'enumeration',
  summary: 'a device without VFs shows the functions that the lab defines from boot on, and no other',
  parameters,
  fits: ({ vfs }) => vfs === 0,
  hint: 'it looks at NICs without `vfs`: add one, or leave the check out',
} satisfies CheckSpec<typeof parameters.shape>;
