/** How are uploads described? Their routes are Fastify's own, so the OpenAPI document is told of them here. */
import type { PathsObject } from '@nestjs/swagger';

const inHeader = (name: string, description: string, schema: object = { type: 'string' }, required = true) => ({
  name,
  in: 'header' as const,
  required,
  description,
  schema,
});
const bytesFrom = { type: 'integer', minimum: 0 };

const VERSION = inHeader('Tus-Resumable', 'The protocol.', { type: 'string', enum: ['1.0.0'] });
const OFFSET = inHeader('Upload-Offset', 'Where these bytes begin: what HEAD says.', bytesFrom);
const LENGTH = inHeader('Upload-Length', 'How many bytes the file has.', bytesFrom);
const METADATA = inHeader(
  'Upload-Metadata',
  '`submission` (its id), `path` and, if you have it, `sha256`: pairs by commas, each a key, a space, a value in Base64.',
);
const TYPE = 'application/offset+octet-stream';
const ID = { name: 'id', in: 'path' as const, required: true, schema: { type: 'string', format: 'uuid' } };

const header = (description: string, schema: object = { type: 'string' }) => ({ description, schema });
const SPEAKS = { 'Tus-Resumable': header('1.0.0') };
const AT = { 'Upload-Offset': header('How many bytes are here.', bytesFrom) };
const UNTIL = { 'Upload-Expires': header('When it is given up, if nothing comes.') };
const body = (required: boolean) => ({
  required,
  content: { [TYPE]: { schema: { type: 'string', format: 'binary' } } },
});
const about = (operationId: string, summary: string, description: string) => ({
  operationId,
  summary,
  description,
  tags: ['uploads'],
});

/** By their whole path. */
export const UPLOAD_PATHS: PathsObject = {
  '/api/v1/uploads': {
    options: {
      ...about(
        'Uploads_describe',
        'What is spoken here',
        'The version and the extensions of tus, and the largest file.',
      ),
      responses: {
        '204': {
          description: 'No Content',
          headers: {
            'Tus-Version': header('1.0.0'),
            'Tus-Extension': header('By commas.'),
            'Tus-Max-Size': header('In bytes.', bytesFrom),
          },
        },
      },
    },
    post: {
      ...about(
        'Uploads_begin',
        'Begin an upload',
        'tus 1.0.0: creation, and with bytes in the body creation-with-upload. It takes the place of an upload of the ' +
          'same path that is on its way; a file of that path stays until this one is whole.',
      ),
      parameters: [VERSION, LENGTH, METADATA],
      requestBody: body(false),
      responses: { '201': { description: 'Created', headers: { ...SPEAKS, ...AT, ...UNTIL } } },
    },
  },
  '/api/v1/uploads/{id}': {
    head: {
      ...about('Uploads_ask', 'Where an upload goes on', 'How many bytes are here, of how many.'),
      parameters: [ID, VERSION],
      responses: {
        '200': {
          description: 'OK',
          headers: { ...SPEAKS, ...AT, ...UNTIL, 'Upload-Length': header('Of how many.', bytesFrom) },
        },
      },
    },
    patch: {
      ...about(
        'Uploads_send',
        'Send bytes',
        'From where the upload ends, as many as you like. With the last of them it becomes a file: its SHA-256 is ' +
          'compared with the declared one, and a mismatch is told here or in the list of files.',
      ),
      parameters: [ID, VERSION, OFFSET],
      requestBody: body(true),
      responses: { '204': { description: 'No Content', headers: { ...SPEAKS, ...AT, ...UNTIL } } },
    },
    delete: {
      ...about('Uploads_end', 'Give an upload up', 'Its bytes are removed.'),
      parameters: [ID, VERSION],
      responses: { '204': { description: 'No Content', headers: SPEAKS } },
    },
  },
};
