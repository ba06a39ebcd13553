// jest's globalSetup: creates a folder for the servers that test/servers.ts starts on first use.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

export default function setUp() {
  process.env.ORRERY_TEST_HOME = fs.mkdtempSync(path.join(os.tmpdir(), 'orrery-jest-'));
}
