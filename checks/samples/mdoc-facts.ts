/** What does an MDOC tell that says its angles and nothing else? Name what it is to say beside. */
import type { MdocFacts } from '../formats/tomography-facts.js';

export function mdocFacts(told: Partial<MdocFacts> & Pick<MdocFacts, 'tiltAngles'>): MdocFacts {
  const sections = told.tiltAngles.length;
  const none = Array<null>(sections).fill(null);
  return {
    format: 'mdoc',
    kind: 'tilt series',
    sections,
    lines: none.map((_, i) => 3 + 10 * i),
    zValues: none.map((_, i) => i),
    doses: none,
    priorDoses: none,
    subFrames: none,
    framePaths: none,
    times: none,
    magnifications: none,
    binnings: none,
    pixelSpacing: null,
    rotationAngle: null,
    voltage: null,
    imageFile: null,
    imageSize: null,
    tiltAxisAngle: null,
    titles: [],
    ...told,
  };
}
