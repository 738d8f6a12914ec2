import { catalogued } from '../images/catalog.js';
import { imageNamed, type BootableImage } from '../images/boot-images.js';
import { imageNames, isInitramfsImage } from '../images/names.js';
import { UsageError } from '../errors/families.js';
import { didYouMean } from '../model/nearest.js';
import type { KernelFlavour } from '../toolchain/types.js';
import { kernelFlavourOf } from './kernel-flavour.js';
import { readLab } from '../definition/read-lab.js';

/** An image as a command names it. */
export interface NamedImage {
  readonly name: string;
  readonly image: BootableImage;
  /** The kernel that the lab with this image needs. */
  readonly kernelFlavour: KernelFlavour;
}

/** The image of that name: one that comes with lab, or, with `lab`, one that its machines boot. Throws UsageError if there is none. */
export function findImage(name: string, lab: string | undefined): NamedImage {
  if (lab !== undefined) return imageOfLab(name, lab);
  const image = isInitramfsImage(name) ? name : catalogued(name);
  if (image === undefined) throw unknownImage(name, imageNames);
  return { name, image, kernelFlavour: 'cloud' };
}

function imageOfLab(name: string, given: string): NamedImage {
  const { lab } = readLab(given);
  const known = [...new Set(lab.machines.map(({ image }) => image))];
  if (!known.includes(name)) throw unknownImage(name, known);
  return {
    name,
    image: imageNamed(name, lab.images),
    kernelFlavour: kernelFlavourOf(lab),
  };
}

function unknownImage(name: string, known: readonly string[]): UsageError {
  return new UsageError({
    code: 'LAB-IMAGE-UNKNOWN',
    message: `there is no image \`${name}\``,
    hint: didYouMean(
      name,
      known,
      `choose from: ${known.join(', ')}; for an image that a lab defines, add --lab LAB`,
    ),
  });
}
