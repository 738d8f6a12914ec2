import { ToolchainError } from '../../errors/families.js';
import type { ResolvedComponent } from '../components/resolve.js';
import type { LayerWork } from './layer-work.js';

/** The error for components that could not be installed. `said`: the last that was said; `whereMore`: what the log has beside it. */
export function layerFailed(
  components: readonly Pick<ResolvedComponent, 'name'>[],
  said: string,
  work: Pick<LayerWork, 'logFile'>,
  whereMore: string,
): ToolchainError {
  const names = components.map(({ name }) => name).join(', ');
  return new ToolchainError(
    {
      code: 'LAB-IMAGE-INSTALL',
      location: { file: work.logFile },
      message: `the components ${names} could not be installed`,
      hint: `see the log of the build${whereMore}; \`lab image build\` tries again`,
    },
    { cause: new Error(said) },
  );
}
