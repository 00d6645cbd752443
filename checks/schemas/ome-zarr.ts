/** What are the metadata of an image made of, in OME-Zarr 0.4 and 0.5? As JSON Schema; what it cannot say is code. */

const numbers = { type: 'array', minItems: 1, items: { type: 'number' } } as const;

const scale = {
  type: 'object',
  required: ['type', 'scale'],
  properties: { type: { const: 'scale' }, scale: numbers },
} as const;
const translation = {
  type: 'object',
  required: ['type', 'translation'],
  properties: { type: { const: 'translation' }, translation: numbers },
} as const;

/** A list of scale and translation, told apart by their `type`. */
const transformations = {
  type: 'array',
  minItems: 1,
  items: { type: 'object', required: ['type'], discriminator: { propertyName: 'type' }, oneOf: [scale, translation] },
} as const;

const axis = {
  type: 'object',
  required: ['name'],
  properties: { name: { type: 'string', minLength: 1 }, type: { type: 'string' }, unit: { type: 'string' } },
} as const;

const dataset = {
  type: 'object',
  required: ['path', 'coordinateTransformations'],
  properties: { path: { type: 'string', minLength: 1 }, coordinateTransformations: transformations },
} as const;

/** One image: an entry of `multiscales`. */
export const MULTISCALE = {
  type: 'object',
  required: ['axes', 'datasets'],
  properties: {
    name: { type: 'string' },
    axes: { type: 'array', minItems: 2, maxItems: 5, items: axis },
    datasets: { type: 'array', minItems: 1, items: dataset },
    coordinateTransformations: transformations,
  },
} as const;

/** How a viewer shows the channels. */
export const OMERO = {
  type: 'object',
  required: ['channels'],
  properties: {
    channels: {
      type: 'array',
      items: {
        type: 'object',
        required: ['window', 'color'],
        properties: {
          color: { type: 'string' },
          window: {
            type: 'object',
            required: ['start', 'min', 'end', 'max'],
            properties: Object.fromEntries(['start', 'min', 'end', 'max'].map((end) => [end, { type: 'number' }])),
          },
          label: { type: 'string' },
          family: { type: 'string' },
          active: { type: 'boolean' },
        },
      },
    },
  },
} as const;

const byLabel = (properties: object) => ({
  type: 'array',
  minItems: 1,
  items: { type: 'object', required: ['label-value'], properties },
});

/** What an image of labels says of itself. */
export const IMAGE_LABEL = {
  type: 'object',
  properties: {
    colors: byLabel({
      'label-value': { type: 'number' },
      rgba: { type: 'array', minItems: 4, maxItems: 4, items: { type: 'integer', minimum: 0, maximum: 255 } },
    }),
    properties: byLabel({ 'label-value': { type: 'integer' } }),
    source: { type: 'object', properties: { image: { type: 'string' } } },
    version: { type: 'string' },
  },
} as const;

/** Names of the images in the folder of labels. */
export const LABELS = { type: 'array', items: { type: 'string', minLength: 1 } } as const;

/** Which edition of OME-Zarr is written on which edition of zarr. */
export const EDITIONS = { 2: '0.4', 3: '0.5' } as const;
export const OLDER_EDITIONS = ['0.1', '0.2', '0.3'];

/** The units of length of UDUNITS-2 that the specification names, in Å. */
export const ANGSTROMS: Readonly<Record<string, number>> = {
  ...{ angstrom: 1, attometer: 1e-8, femtometer: 1e-5, picometer: 1e-2, nanometer: 10, micrometer: 1e4 },
  ...{ millimeter: 1e7, centimeter: 1e8, decimeter: 1e9, meter: 1e10, kilometer: 1e13 },
};

/** Types of axes in the order in which they must stand; others stand with the channels. */
export const AXIS_TYPES = ['time', 'channel', 'space'];
