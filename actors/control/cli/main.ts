#!/usr/bin/env node
/**
 * The program `troupe`.
 * Runs on: main.
 */
import { runCli } from '../cli.js';

process.exitCode = await runCli(process.argv.slice(2));
