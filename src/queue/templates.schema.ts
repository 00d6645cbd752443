/** What does the API take and give about templates of requests for changes? */
import { z } from 'zod';

const Name = z.string().trim().min(1).max(100);
const Text = z.string().trim().min(1).max(4_000);

export const NewTemplate = z
  .strictObject({ name: Name, text: Text.meta({ description: 'What a submitter is told.' }) })
  .meta({ id: 'NewTemplate' });
export type NewTemplate = z.infer<typeof NewTemplate>;
export const TemplateEdit = z
  .strictObject({ name: Name.optional(), text: Text.optional() })
  .meta({ id: 'TemplateEdit' });
export type TemplateEdit = z.infer<typeof TemplateEdit>;

export const TemplateView = z
  .object({
    id: z.uuid(),
    name: z.string(),
    text: z.string(),
    etag: z.string().meta({ description: 'For `If-Match`.' }),
  })
  .meta({ id: 'Template' });
export type TemplateView = z.infer<typeof TemplateView>;
export const Templates = z.object({ items: z.array(TemplateView) }).meta({ id: 'Templates' });
export type Templates = z.infer<typeof Templates>;
