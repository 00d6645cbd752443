/** Does this VTK file hold a surface of triangles or polygons, whole and made of numbers? Long for its table. */
import { defineCheck, type Pen, type Said, type SourceFile } from '../check.js';
import type { Rule } from '../finding.js';
import { contentOf, isZeroFilled } from '../readers/content.js';
import { type PolygonFault, type Polygons, polygonsOf } from '../readers/polygons.js';
import { type LegacyFault, readLegacy } from '../readers/vtk-legacy.js';
import { readXmlSurface, type XmlSurfaceFault } from '../readers/vtk-surface.js';
import { readVtkXml } from '../readers/vtk-xml.js';

const LEGACY = 'https://docs.vtk.org/en/latest/vtk_file_formats/vtk_legacy_file_format.html';
const XML = 'https://docs.vtk.org/en/latest/vtk_file_formats/vtkxml_file_format.html';
const UPLOAD_AGAIN = 'Upload the file again, and compare its size with the original.';
const EXPORT = 'Export the surface again as VTK PolyData, as ParaView does.';

const RULES = {
  empty_file: { severity: 'error', message: 'The file is empty.', fix: UPLOAD_AGAIN },
  content: { severity: 'error', message: 'This is {what}, and no VTK file.', fix: EXPORT, docs: LEGACY },
  extension: {
    severity: 'warning',
    message: 'The file is {found} VTK, and its name says otherwise.',
    fix: 'Let the name of a legacy file end in .vtk, of XML PolyData in .vtp, of an XML unstructured grid in .vtu.',
    docs: XML,
  },
  header: {
    severity: 'error',
    message: 'The first lines are not those of a VTK file: `# vtk DataFile Version 3.0`, a title, ASCII or BINARY.',
    fix: EXPORT,
    docs: LEGACY,
  },
  title: {
    severity: 'warning',
    message: 'The title, in line 2, has more than 256 characters.',
    fix: 'Shorten it.',
    docs: LEGACY,
  },
  dataset: {
    severity: 'error',
    message: 'The data set is of the kind {found}, and a surface is PolyData or an unstructured grid.',
    fix: 'Extract the surface (Filters > Extract Surface in ParaView) and export it as PolyData.',
    docs: LEGACY,
  },
  keyword: {
    severity: 'error',
    message: 'The file cannot be read on: no keyword stands where one was expected.',
    fix: EXPORT,
    docs: LEGACY,
  },
  doctype: {
    severity: 'error',
    message: 'The file has a DOCTYPE, which no VTK file needs and which may define what it likes.',
    fix: 'Take the DOCTYPE out.',
    docs: XML,
  },
  not_well_formed: { severity: 'error', message: 'The XML cannot be read: {what}.', fix: UPLOAD_AGAIN, docs: XML },
  too_many_tags: { severity: 'error', message: 'The XML has more than 100,000 tags.', fix: EXPORT, docs: XML },
  too_many_values: {
    severity: 'error',
    message: 'The surface has more values than are read.',
    fix: 'Export the surface with fewer triangles.',
    docs: XML,
  },
  type: {
    severity: 'error',
    message: 'Values are of a type that is none of VTK, or that a surface cannot have.',
    fix: EXPORT,
    docs: LEGACY,
  },
  truncated: {
    severity: 'error',
    message: 'The file is cut short: values are missing.',
    fix: UPLOAD_AGAIN,
    docs: LEGACY,
  },
  counts: {
    severity: 'error',
    message: 'What the file says it holds is not what is there.',
    fix: EXPORT,
    docs: LEGACY,
  },
  compressed: {
    severity: 'error',
    message: 'Compressed values cannot be unpacked: they were damaged.',
    fix: UPLOAD_AGAIN,
    docs: XML,
  },
  unread: {
    severity: 'info',
    message: 'Values are packed with LZ4 or LZMA: they were not read.',
    fix: 'Export the surface with zlib or without compression to have it judged whole.',
    docs: XML,
  },
  not_number: { severity: 'error', message: 'Words stand where numbers were expected.', fix: EXPORT, docs: LEGACY },
  not_finite: {
    severity: 'error',
    message: 'Some points have coordinates that are NaN or infinite.',
    fix: 'Find the step that wrote them, and repeat it.',
    docs: LEGACY,
  },
  index: { severity: 'error', message: 'Some polygons name points that are not there.', fix: EXPORT, docs: LEGACY },
  polygon_short: {
    severity: 'error',
    message: 'Some polygons have fewer than three corners.',
    fix: EXPORT,
    docs: LEGACY,
  },
  offsets: {
    severity: 'error',
    message: 'The offsets of the polygons do not increase.',
    fix: EXPORT,
    docs: LEGACY,
  },
  other_cells: {
    severity: 'warning',
    message: '{found} cells are no surfaces: lines, points or bodies.',
    fix: 'Extract the surface, and export it as PolyData.',
    docs: LEGACY,
  },
  no_triangles: {
    severity: 'error',
    message: 'There is no surface: no polygon and no strip of triangles.',
    fix: 'Export the surface with its polygons; points alone belong in a CSV or STAR file.',
    docs: LEGACY,
  },
} as const satisfies Record<string, Rule>;

type Code = keyof typeof RULES;
type VtkPen = Pen<Code>;
type Heard = { readonly code: LegacyFault | XmlSurfaceFault; readonly told: { readonly location: string } };

/** More faults of structure in one file say nothing more. */
const MOST_HEARD = 20;

/** Legacy files, as text and binary, of versions 2 to 5; XML files of polygons and of unstructured grids. */
export const vtkCheck = defineCheck<Code>({
  id: 'vtk',
  version: 1,
  title: 'Surface in a VTK file',
  extensions: ['.vtk', '.vtp', '.vtu'],
  rules: RULES,
  sharesProcess: true,

  async *run(file, pen) {
    if (file.size === 0) return yield pen.report('empty_file');
    const head = await file.read(0, 4096);
    const isXml = /^(\xef\xbb\xbf)?\s*<(\?xml|VTKFile)/.test(new TextDecoder('latin1').decode(head));
    const content = contentOf(head);
    if (content && !(isXml && content.name === 'an XML document'))
      return yield pen.report('content', { what: content.name, fix: content.fix });
    if (isZeroFilled(head)) return yield pen.report('content', { what: 'nothing but zeros' });

    const isNamedXml = /\.vt[pu]$/i.test(file.path);
    if (isXml !== isNamedXml) yield pen.report('extension', { found: isXml ? 'XML' : 'legacy' });
    if (isXml) yield* judgeXml(file, pen);
    else yield* judgeLegacy(file, pen);
  },
});

async function* judgeLegacy(file: SourceFile, pen: VtkPen): AsyncGenerator<Said, void> {
  const polygons = polygonsOf();
  const { heard, hear } = listening();
  await readLegacy(file, polygons, hear);
  yield* judge(polygons, heard, pen);
}

async function* judgeXml(file: SourceFile, pen: VtkPen): AsyncGenerator<Said, void> {
  const xml = await readVtkXml(file);
  if ('fault' in xml) return yield pen.report(xml.fault, { what: xml.what.slice(0, 200), location: undefined });
  if (xml.type !== 'PolyData' && xml.type !== 'UnstructuredGrid')
    return yield pen.report('dataset', { found: xml.type.slice(0, 80) || 'none' });

  const polygons = polygonsOf();
  const { heard, hear } = listening();
  await readXmlSurface(file, xml, polygons, hear);
  const isCut = xml.appended !== null && !(await endsAsXml(file));
  if (isCut && !heard.some(({ code }) => code === 'truncated')) hear('truncated', { location: `byte ${file.size}` });
  yield* judge(polygons, heard, pen);
}

/** Appended values are no XML; what follows them is. */
async function endsAsXml(file: SourceFile): Promise<boolean> {
  const tail = await file.read(Math.max(0, file.size - 4096), 4096);
  return /<\/AppendedData>\s*<\/VTKFile>\s*$/.test(new TextDecoder('latin1').decode(tail));
}

function listening() {
  const heard: Heard[] = [];
  const hear = (code: Heard['code'], told: Heard['told']) => {
    if (heard.length < MOST_HEARD) heard.push({ code, told });
  };
  return { heard, hear };
}

const POLYGON_FAULTS: readonly PolygonFault[] = ['not_finite', 'index', 'polygon_short', 'offsets'];

function* judge({ surface, faults }: Polygons, heard: readonly Heard[], pen: VtkPen): Generator<Said, void> {
  const facts = surface.facts();
  if (facts) yield pen.learn(facts);
  for (const { code, told } of heard) yield pen.report(code, told);
  for (const code of POLYGON_FAULTS) {
    const fault = faults.get(code);
    if (fault) yield pen.report(code, { found: fault.sample, count: fault.count });
  }
  // What ended early may have had some.
  const isWhole = faults.size === 0 && heard.every(({ code }) => code === 'title' || code === 'other_cells');
  if (isWhole && surface.triangles === 0) yield pen.report('no_triangles');
}
