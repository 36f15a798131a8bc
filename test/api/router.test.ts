import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { Router } from '../../api/router.ts';

const routes = [
  { method: 'GET', path: '/' },
  { method: 'GET', path: '/items/popular' },
  { method: 'GET', path: '/items/{id}' },
  { method: 'PUT', path: '/items/{id}' },
  { method: 'GET', path: '/items/{id}/similar' },
];
const router = new Router(routes);

describe('a router', () => {
  function check(method: string, path: string, expected: string): void {
    const found = router.find(method, path);
    if (found.kind === 'match') {
      assert.equal(
        `${found.route.method} ${found.route.path} ${found.raw.join()}`.trim(),
        expected,
      );
    } else {
      assert.equal(found.kind === 'method' ? found.allowed.join() : 'none', expected);
    }
  }

  test('finds a fixed path', () => check('GET', '/items/popular', 'GET /items/popular'));
  test('finds the root', () => check('GET', '/', 'GET /'));
  test('finds a parameter', () => check('GET', '/items/a', 'GET /items/{id} a'));
  test('finds what follows a parameter', () =>
    check('GET', '/items/a/similar', 'GET /items/{id}/similar a'));
  test('goes on to the parameter where the fixed path lacks the method', () =>
    check('PUT', '/items/popular', 'PUT /items/{id} popular'));
  test('goes on to the parameter where the fixed path ends too early', () =>
    check('GET', '/items/popular/similar', 'GET /items/{id}/similar popular'));
  test('leaves parameters encoded', () => check('GET', '/items/a%2Fb', 'GET /items/{id} a%2Fb'));
  test('finds GET for HEAD', () => check('HEAD', '/items/a', 'GET /items/{id} a'));
  test('lists the methods of a path', () => check('DELETE', '/items/a', 'GET,PUT'));
  test('finds nothing past a path', () => check('GET', '/items/a/similar/b', 'none'));
  test('finds nothing before a path', () => check('GET', '/items', 'none'));
  test('takes no name of JavaScript for a path', () => check('GET', '/__proto__', 'none'));
  test('refuses two routes of one path', () => {
    const twice = [...routes, { method: 'GET', path: '/items/{name}' }];
    assert.throws(() => new Router(twice), /two routes answer GET \/items\/\{name\}/);
  });
});
