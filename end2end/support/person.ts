/** A customer nobody knows yet. */
import { randomUUID } from "node:crypto";

export interface Person {
  name: string;
  email: string;
  password: string;
}

export interface Address {
  name: string;
  line1: string;
  line2: string;
  postalCode: string;
  city: string;
  country: string;
}

export function newPerson(name = "Ines Duarte"): Person {
  const first = name.split(" ")[0]?.toLowerCase() ?? "somebody";
  return { name, email: `${first}.${randomUUID().slice(0, 8)}@example.com`, password: "seven copper kettles" };
}

export function addressOf(person: Person): Address {
  return { name: person.name, line1: "Rua das Flores 12", line2: "3 Esq", postalCode: "1200-195", city: "Lisboa", country: "Portugal" };
}

/** Those that the demo data brings. */
export const DEMO = {
  customer: { name: "", email: "customer@example.com", password: "souk-demo-2026!" },
  vendor: { name: "", email: "hollow-kiln@example.com", password: "souk-demo-2026!" },
  admin: { name: "", email: "admin@example.com", password: "souk-demo-2026!" },
} as const;
