import { describe, expect, it } from 'vitest';
import { OutboundRefused } from '../outbound.js';
import { dispositionName, downloadLink, headersFor, refusedAsHtml, replyOf, troubleOf } from './remote-file.js';

const ANEW = { offset: 0, version: null, path: 'data.h5ad' };
const ON = { offset: 100, version: '"v1"', path: 'data.h5ad' };

describe('another server', () => {
  it('is asked for the bytes as they are, and for those that are missing of the same version', () => {
    expect(headersFor(ANEW)).toMatchObject({ 'accept-encoding': 'identity' });
    expect(headersFor(ANEW)).not.toHaveProperty('range');
    expect(headersFor(ON)).toMatchObject({ range: 'bytes=100-', 'if-range': '"v1"' });
    expect(headersFor({ ...ON, version: null })).not.toHaveProperty('range');
  });

  it('sends the file', () => {
    const headers = {
      'content-length': '1000',
      etag: '"v1"',
      'content-type': 'application/x-hdf5',
      'content-disposition': 'attachment; filename="cells.h5ad"',
    };

    expect(replyOf(200, headers, ANEW)).toEqual({
      kind: 'bytes',
      from: 0,
      size: 1000,
      version: '"v1"',
      name: 'cells.h5ad',
    });
  });

  it('goes on with it', () => {
    const headers = { 'content-range': 'bytes 100-999/1000', etag: '"v1"' };

    expect(replyOf(206, headers, ON)).toMatchObject({ kind: 'bytes', from: 100, size: 1000 });
  });

  it('begins anew where it has another version', () => {
    expect(replyOf(200, { 'content-length': '5', etag: '"v2"' }, ON)).toMatchObject({
      from: 0,
      size: 5,
      version: '"v2"',
    });
  });

  it('has no more, when all is here', () => {
    expect(replyOf(416, { 'content-range': 'bytes */100' }, ON)).toEqual({ kind: 'complete' });
    expect(replyOf(416, { 'content-range': 'bytes */50' }, ON)).toMatchObject({ kind: 'refused' });
  });

  it('names a version by what If-Range takes', () => {
    const date = 'Sat, 21 Nov 2026 08:00:00 GMT';

    expect(replyOf(200, { etag: 'W/"v"', 'last-modified': date }, ANEW)).toMatchObject({ version: date });
    expect(replyOf(200, { etag: 'W/"v"' }, ANEW)).toMatchObject({ version: null });
  });

  it.each([
    [401, 'refused', 'needs a sign-in'],
    [403, 'refused', 'no longer valid'],
    [404, 'refused', 'no such file'],
    [410, 'refused', 'no such file'],
    [204, 'refused', 'status 204'],
    [418, 'refused', 'status 418'],
    [429, 'trouble', 'status 429'],
    [500, 'trouble', 'status 500'],
    [503, 'trouble', 'status 503'],
  ])('answers %i: %s', (status, kind, why) => {
    expect(replyOf(status, {}, ANEW)).toEqual({ kind, why: expect.stringContaining(why) });
  });

  it('sends a web page, which is no file', () => {
    const page = { 'content-type': 'Text/HTML; charset=utf-8', 'content-length': '9' };

    expect(replyOf(200, page, ANEW)).toMatchObject({
      kind: 'refused',
      why: expect.stringContaining('the link is dead'),
    });
    expect(replyOf(200, page, { ...ANEW, path: 'protocol.html' })).toMatchObject({ kind: 'bytes' });
  });

  it('sends another part, or another form, than was asked for', () => {
    expect(replyOf(206, { 'content-range': 'bytes 0-9/1000' }, ON)).toMatchObject({ kind: 'refused' });
    expect(replyOf(206, {}, ON)).toMatchObject({ kind: 'refused' });
    expect(replyOf(200, { 'content-encoding': 'gzip' }, ANEW)).toMatchObject({ kind: 'refused' });
    expect(replyOf(200, { 'content-encoding': 'gzip' }, { ...ANEW, path: 'x.tsv.gz' })).toMatchObject({
      kind: 'bytes',
    });
  });

  it.each([
    [new OutboundRefused('10.0.0.1 is not a public address.'), 'refused', 'not a public address'],
    [Object.assign(new Error(), { code: 'ENOTFOUND' }), 'refused', 'no such host'],
    [Object.assign(new Error(), { code: 'CERT_HAS_EXPIRED' }), 'refused', 'certificate'],
    [Object.assign(new Error(), { code: 'ERR_TLS_CERT_ALTNAME_INVALID' }), 'refused', 'certificate'],
    [
      new Error('outer', { cause: Object.assign(new Error(), { code: 'DEPTH_ZERO_SELF_SIGNED_CERT' }) }),
      'refused',
      'certificate',
    ],
    [Object.assign(new Error(), { code: 'EAI_AGAIN' }), 'trouble', 'failed (EAI_AGAIN)'],
    [Object.assign(new Error(), { code: 'ECONNRESET' }), 'trouble', 'failed (ECONNRESET)'],
    [Object.assign(new Error(), { code: 'UND_ERR_HEADERS_TIMEOUT' }), 'trouble', 'failed'],
    [new Error('other side closed'), 'trouble', 'failed.'],
  ])('does not answer: %s', (error, kind, why) => {
    expect(troubleOf(error)).toEqual({ kind, why: expect.stringContaining(why) });
  });
});

describe('a page in the place of a file', () => {
  it.each(['<!DOCTYPE html><html>', '  \n<html lang="en">', '\ufeff<!doctype HTML>', '<head><title>'])(
    'is known by %j',
    (text) => {
      expect(refusedAsHtml(Buffer.from(text), 'data.h5ad')).toContain('web page');
    },
  );

  it.each(['\x89HDF\r\n\x1a\n', '<?xml version="1.0"?><OME/>', '<htmlish', '', '{"html": 1}'])('is not %j', (text) => {
    expect(refusedAsHtml(Buffer.from(text, 'latin1'), 'data.h5ad')).toBeNull();
  });
});

describe('a shared link of Dropbox', () => {
  it.each([
    ['https://www.dropbox.com/s/abc/data.h5ad?dl=0', 'https://www.dropbox.com/s/abc/data.h5ad?dl=1'],
    ['https://dropbox.com/scl/fi/abc/data.h5ad?rlkey=x&dl=0', 'https://dropbox.com/scl/fi/abc/data.h5ad?rlkey=x&dl=1'],
    ['https://www.dropbox.com/s/abc/data.h5ad?raw=1', 'https://www.dropbox.com/s/abc/data.h5ad?dl=1'],
  ])('%s becomes a download', (shared, download) => {
    expect(downloadLink(shared).href).toBe(download);
  });

  it('is not any other', () => {
    expect(downloadLink('https://notdropbox.com/x?dl=0').href).toBe('https://notdropbox.com/x?dl=0');
  });
});

describe('the name that a server gives', () => {
  it.each([
    ['attachment; filename="a b.h5ad"', 'a b.h5ad'],
    ['attachment; filename=plain.mrc', 'plain.mrc'],
    ['attachment; filename="x\\"y.mrc"', 'x"y.mrc'],
    [`attachment; filename="r_f.mrc"; filename*=UTF-8''r%C3%A9f.mrc`, 'réf.mrc'],
    [`attachment; filename="r_f.mrc"; filename*=UTF-8''%ZZ`, 'r_f.mrc'],
    ['inline', null],
    [null, null],
  ])('in %j is %j', (disposition, name) => {
    expect(dispositionName(disposition)).toBe(name);
  });
});
