/** How is a number of bytes read? PostgreSQL's driver gives `bigint` as text; every file there is fits a number. */
export const bytes = {
  from: (text: string | null): number | null => (text === null ? null : Number(text)),
  to: (count: number | null): number | null => count,
};
