import 'reflect-metadata';
import { All, Controller, Delete, Get } from '@nestjs/common';
import { describe, expect, it } from 'vitest';
import { accessTo, routesOf } from './route-access.js';

@Controller('submissions')
class Submissions {
  @Get(':id/files/:fileId/content')
  content() {}

  @Get('/')
  page() {}

  @Delete(':id/everything')
  forgotten() {}

  @All()
  anything() {}

  @Get(['', ':id'])
  twoInOne() {}

  helper() {}
}

@Controller('records')
class Records {
  @Get(':accession/files/*')
  file() {}
}

const { prototype } = Submissions;

describe('a handler', () => {
  it('serves the route that its decorators say', () => {
    expect(routesOf(Submissions, prototype.content)).toEqual(['GET /submissions/{id}/files/{fileId}/content']);
    expect(routesOf(Submissions, prototype.page)).toEqual(['GET /submissions']);
    expect(routesOf(Records, Records.prototype.file)).toEqual(['GET /records/{accession}/files/{path}']);
    expect(routesOf(Submissions, prototype.helper)).toEqual([]);
  });

  it('serves whom the table says', () => {
    expect(accessTo(routesOf(Submissions, prototype.content))).toMatchObject({
      who: 'reader',
      scopes: ['submission:read'],
    });
    expect(accessTo(routesOf(Records, Records.prototype.file))?.who).toBe('anyone');
  });

  it.each([
    ['that the table does not know', prototype.forgotten],
    ['for every method', prototype.anything],
    ['that are for different people', prototype.twoInOne],
    ['that nothing declares', prototype.helper],
  ])('has no access by routes %s', (_, handler) => {
    expect(accessTo(routesOf(Submissions, handler))).toBeNull();
  });
});
