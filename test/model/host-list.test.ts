import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HostList, isHostEntry } from '../../model/host-list.ts';

for (const [entry, isEntry] of [
  ['smtp.example.com', true],
  ['smtp', true],
  ['hooks.example.', true],
  ['my_host-1', true],
  ['10.1.2.3', true],
  ['10.0.0.0/8', true],
  ['fd00::/8', true],
  ['::1', true],
  ['0.0.0.0/0', true],
  ['', false],
  ['10.0.0.0/33', false],
  ['fd00::/129', false],
  ['10.0.0/8', false],
  ['http://smtp.example.com', false],
  ['smtp.example.com:25', false],
  ['*.example.com', false],
  ['a b', false],
] as const) {
  test(`"${entry}" is ${isEntry ? 'an entry' : 'refused'}`, () => {
    assert.equal(isHostEntry(entry), isEntry);
  });
}

const list = new HostList(['smtp.Example.com', 'relay.', '10.0.0.0/8', '192.168.1.5', 'fd00::/8']);
for (const [host, address, isListed] of [
  ['SMTP.example.com.', '172.16.0.1', true],
  ['relay', '172.16.0.1', true],
  ['other.example.com', '172.16.0.1', false],
  ['anything', '10.200.0.1', true],
  ['anything', '::ffff:10.200.0.1', true],
  ['anything', '192.168.1.5', true],
  ['anything', '192.168.1.6', false],
  ['anything', 'fd12::1', true],
  ['anything', 'fe80::1', false],
] as const) {
  test(`${host} at ${address} is ${isListed ? 'listed' : 'not listed'}`, () => {
    assert.equal(list.has(host, address), isListed);
  });
}
