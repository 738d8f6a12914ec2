import type { Nic, NicFunction } from '../../model/lab.js';
import { backendLabel } from './backend-label.js';
import type { Drawing } from './drawing.js';
import type { Box } from './graph.js';

function addBackend(
  from: string,
  box: Omit<Box, 'id' | 'kind' | 'arrangement' | 'boxes'>,
  drawing: Drawing,
): string {
  const id = drawing.ids.take('backend', from);
  drawing.backends.push({ id, kind: 'backend', arrangement: 'column', boxes: [], ...box });
  drawing.links.push({ from, to: id });
  return id;
}

/** Draws the backends of functions that leave in the same way as one box, and links it. Returns its id. */
export function connect(
  from: string,
  nic: Nic,
  functions: readonly NicFunction[],
  drawing: Drawing,
): string | undefined {
  const [first] = functions;
  if (first?.backend === undefined) return undefined;
  if (first.backend === null) return nic.sizeMiB === null ? undefined : addDrive(from, nic, drawing);
  const { title, lines, common, network, of } = backendLabel(first.backend);
  const many = functions.length > 1;
  const id = addBackend(
    from,
    many
      ? { title: `${functions.length} × ${title}`, lines: ['one for each VF', ...common] }
      : { title, lines },
    drawing,
  );
  const targets = [
    network === null ? undefined : drawing.networks.get(network)?.id,
    of === null ? undefined : drawing.outerFunctions.get(of),
  ];
  for (const to of targets) if (to !== undefined) drawing.links.push({ from: id, to });
  return id;
}

function addDrive(from: string, { sizeMiB }: Nic, drawing: Drawing): string {
  return addBackend(from, { title: 'drive', lines: [`${sizeMiB ?? 0} MiB`] }, drawing);
}
