import { changeAndWatch } from './change-and-watch.js';
import { firstQuery } from './first-query.js';
import { fromAPod } from './from-a-pod.js';
import { oneRequest } from './one-request.js';
import { travelInTime } from './travel-in-time.js';
import { turnTheClock } from './turn-the-clock.js';

/**
 * The tours, in the order of the first screen. To add one: a file, and its line here.
 *
 * A tour has `steps`, each with a `title`, a `text` of paragraphs, and an `operation` (with `variables`) or `show`, the number of the step whose
 * subscription is shown. In texts and operations {{name}} is a name of its own for what the tour makes, and {{other}} what `keep` of an earlier
 * step, or of what was asked `before` the first one, took from the data. `undo`: what puts everything back; it may be sent more than once.
 */
export const tours = [firstQuery, fromAPod, changeAndWatch, oneRequest, turnTheClock, travelInTime];
