/** How the station asks and visits: policies in force, their versions and what each changed. */
import { $, can, ready, replace, t, tabs } from "../lib.js";
import { dispatchPolicies } from "./policies/dispatch.js";
import { visitPlans } from "./policies/plans.js";

await ready();
const list = [["dispatch", t("policies.dispatch"), dispatchPolicies]];
if (can("visit.read")) list.push(["plans", t("policies.plans"), visitPlans]);
replace($("#policies"), tabs(list));
