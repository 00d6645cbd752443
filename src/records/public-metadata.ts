/** Which of the metadata does everybody see? All, but for the e-mail addresses of those who are not to be written to. */
type Json = unknown;

/** Of people who are corresponding authors or not, only the address of the former is public. */
export function publicMetadata<Metadata extends Json>(metadata: Metadata): Metadata {
  return withoutAddresses(metadata) as Metadata;
}

function withoutAddresses(value: Json): Json {
  if (Array.isArray(value)) return value.map(withoutAddresses);
  if (typeof value !== 'object' || value === null) return value;
  const isPerson = 'is_corresponding' in value || 'is_primary' in value;
  const isHidden = isPerson && (value as { is_corresponding?: unknown }).is_corresponding !== true;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name]) => !(isHidden && name === 'email'))
      .map(([name, inner]) => [name, withoutAddresses(inner)]),
  );
}
