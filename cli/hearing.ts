/** What is heard of a file that takes long? What was found, when its turn has come and as it is found. */
import type { Finding } from '../checks/finding.js';
import type { Printer } from './report-formats.js';

/** A check that takes no longer than this is told as a whole. */
const PATIENCE_MS = 250;

export class Hearing {
  private readonly waiting: Finding[] = [];
  private timer: NodeJS.Timeout | null = null;
  private isOpen = false;

  constructor(
    private readonly path: string,
    private readonly check: string,
    private readonly printer: Printer,
  ) {}

  hear(finding: Finding): void {
    if (this.isOpen) this.printer.early?.(this.path, this.check, finding);
    else this.waiting.push(finding);
  }

  begin(): void {
    this.timer = setTimeout(() => {
      this.isOpen = true;
      for (const finding of this.waiting) this.hear(finding);
    }, PATIENCE_MS);
  }

  end(): void {
    if (this.timer) clearTimeout(this.timer);
  }
}
