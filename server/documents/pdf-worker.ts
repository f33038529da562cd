import { parentPort, workerData } from 'node:worker_threads';
import { z } from 'zod';
import { printPdf } from './pdf.ts';

// Prints one document and ends. Laying out a long text takes seconds, in which the server would answer nobody; and fonts
// remember what they printed before, by which the bytes of the next document would differ (fontkit 2).
const PRINTED = z.object({ title: z.string(), text: z.string(), footer: z.string(), at: z.string() });

const bytes = await printPdf(PRINTED.parse(workerData));
parentPort?.postMessage(new Uint8Array(bytes));
