/** How fast do bytes come? Of each upload since this process last looked; nobody keeps it. */

/** Whoever comes back after a while was not slow meanwhile. */
const LONGEST_MS = 5_000;
const MOST_UPLOADS = 1_000;

export class Pace {
  private readonly seen = new Map<string, { readonly bytes: number; readonly at: number }>();

  /** Bytes a second; null: it has only begun, or begun again. */
  of(id: string, bytes: number, at: number): number | null {
    const before = this.seen.get(id);
    if (!before && this.seen.size >= MOST_UPLOADS) this.seen.clear();
    this.seen.set(id, { bytes, at });
    if (!before || bytes < before.bytes || at <= before.at || at - before.at > LONGEST_MS) return null;
    return Math.round(((bytes - before.bytes) * 1_000) / (at - before.at));
  }
}
