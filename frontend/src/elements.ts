/** AI Quota's part of Home Assistant's front end: a card and a dashboard. */

import { registerCard } from "./card";
import { registerStrategies } from "./strategy";

registerCard();
registerStrategies();
