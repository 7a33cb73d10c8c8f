/** Drills of alerting on the embedded store. */
import { alertDrills } from './alert-drills.ts';

alertDrills('SQLite', 3, () => ({}));
