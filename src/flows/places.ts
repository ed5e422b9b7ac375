/**
 * Places: of each tenant a few things are worked on at once in this process, and the rest waits in a queue of the tenant's
 * own. A tenant that is alone has several; as soon as others are there each has one, so that they take turns at the
 * processor and in the database however much one of them sends. A tenant that is a crowd lets those through first who have
 * just come, and rests between its works. Whoever asks a PSP gives the place up meanwhile: waiting is no work.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { AppError } from '../domain/errors.js';

export interface PlacesOptions {
  /** Of a tenant that is alone. */
  atOnce: number;
  /** Of one tenant in its queue; more are refused. Ordinary use never gets there. */
  waiting: number;
  /** Who waits longer is refused: the caller has gone by then. */
  patienceMs: number;
}

export interface Places {
  /**
   * Does the work when the tenant has a place for it, in this of its queues. Without a tenant it is work of strangers, who
   * share one. Throws AppError `busy` when too much waits, or for too long.
   */
  inside<T>(tenant: string | undefined, work: () => Promise<T>, queue?: string): Promise<T>;
}

/** Whether somebody had no place: then nothing was begun. */
export function isBusy(error: unknown): boolean {
  return error instanceof AppError && error.code === 'busy';
}

/** A tenant's, one for each of its queues. */
interface Room {
  tenant: string | undefined;
  /** Ends a moment after it came. */
  isNew: boolean;
  isResting: boolean;
  /** Closes the room, when nobody has come for a while. */
  close(): void;
  closing?: NodeJS.Timeout;
  /** All who came and have not gone: at work, waiting, or asking a PSP. */
  present: number;
  /** At work. */
  taken: number;
  /** They had a place already, and only asked a PSP. */
  returning: (() => void)[];
  waiting: (() => void)[];
}

/** What runs now has a place, or has lent it to others. */
interface Place {
  isHeld: boolean;
  /** Its work has ended; something of it may still go on, without a place. */
  isOver: boolean;
  leave(): void;
  comeBack(): Promise<void>;
}

/** More of one tenant than this are a crowd. */
const CROWD = 4;
/** Who comes back goes on without a place after so long: what is half done may hold up those who have the places. */
const RETURN_MS = 1_000;
/** For so long a tenant has just come: whatever it hangs on then keeps nobody waiting. */
const NEW_MS = 250;
/** For so long a tenant counts as there after its last request has gone. */
const STAYS_MS = 10_000;

/** A crowd among others rests for so long after each work, so that processor and database are not busy when they come. */
const REST_MS = 12;

const current = new AsyncLocalStorage<Place>();

/** Makes the places of one kind of work. */
export function createPlaces({ atOnce, waiting, patienceMs }: PlacesOptions): Places {
  /** Those at work who have just come. */
  const newcomers = new Set<Room>();
  const rooms = createRooms((room) => newcomers.delete(room) && fill());
  const isFree = (room: Room): boolean => {
    const givesWay = room.isResting || (isCrowd(room) && newcomers.size > 0);
    return !givesWay && room.taken < (rooms.isAlone(room) ? atOnce : 1);
  };
  const take = (room: Room): void => {
    room.taken += 1;
    if (room.isNew) newcomers.add(room);
  };
  const fill = (): void => {
    for (const room of rooms.all()) {
      while (isFree(room)) {
        const next = room.returning.shift() ?? room.waiting.shift();
        if (next === undefined) break;
        take(room);
        next();
      }
    }
  };
  const comeBack = async (room: Room): Promise<void> => {
    if (isFree(room)) take(room);
    else if (!(await turnOf(room.returning, RETURN_MS))) take(room);
  };
  const leave = (room: Room): void => {
    room.taken -= 1;
    if (room.taken === 0) newcomers.delete(room);
    if (isCrowd(room) && !rooms.isAlone(room)) rest(room, fill);
    fill();
  };
  const enter = (room: Room): Promise<void> | void => {
    if (isFree(room) && room.waiting.length === 0) return take(room);
    if (room.waiting.length >= waiting) throw busy(`${waiting} requests of the tenant wait`);
    return turnOf(room.waiting, patienceMs).then((isTurn) => {
      if (!isTurn) throw busy('the tenant had no place for it in time');
    });
  };
  return {
    inside: async (tenant, work, queue = '') => {
      const room = rooms.come(tenant, queue);
      const place: Place = { isHeld: false, isOver: false, leave: () => leave(room), comeBack: () => comeBack(room) };
      try {
        await enter(room);
        place.isHeld = true;
        return await current.run(place, work);
      } finally {
        rooms.go(room);
        if (place.isHeld) leave(room);
        Object.assign(place, { isHeld: false, isOver: true });
      }
    },
  };
}

function isCrowd({ isNew, present }: Room): boolean {
  return !isNew && present > CROWD;
}

function rest(room: Room, rested: () => void): void {
  room.isResting = true;
  setTimeout(() => {
    room.isResting = false;
    rested();
  }, REST_MS);
}

interface Rooms {
  all(): Iterable<Room>;
  /** Whether no other tenant is there. */
  isAlone(room: Room): boolean;
  come(tenant: string | undefined, queue: string): Room;
  go(room: Room): void;
}

/** Rooms by tenant and queue; `settled` hears when one is not new any more. */
function createRooms(settled: (room: Room) => void): Rooms {
  const rooms = new Map<string, Room>();
  /** Tenants with a room, and how many. */
  const there = new Map<string, number>();
  const opened = (key: string, tenant: string | undefined): Room => {
    const close = (): void => {
      rooms.delete(key);
      if (tenant !== undefined) count(there, tenant, -1);
    };
    const room: Room = {
      tenant,
      isNew: true,
      isResting: false,
      present: 0,
      taken: 0,
      returning: [],
      waiting: [],
      close,
    };
    rooms.set(key, room);
    if (tenant !== undefined) count(there, tenant, 1);
    return room;
  };
  return {
    all: () => rooms.values(),
    isAlone: ({ tenant }) => there.size === 0 || (there.size === 1 && tenant !== undefined),
    come: (tenant, queue) => {
      const key = `${queue} ${tenant ?? ''}`;
      const room = rooms.get(key) ?? opened(key, tenant);
      clearTimeout(room.closing);
      if (room.present === 0) isNewFor(room, NEW_MS, () => settled(room));
      room.present += 1;
      return room;
    },
    go: (room) => {
      room.present -= 1;
      if (room.present === 0) room.closing = setTimeout(room.close, STAYS_MS).unref();
    },
  };
}

function count(counts: Map<string, number>, name: string, by: 1 | -1): void {
  const sum = (counts.get(name) ?? 0) + by;
  if (sum === 0) counts.delete(name);
  else counts.set(name, sum);
}

/** `settled` is called when it is not new any more. */
function isNewFor(room: Room, ms: number, settled: () => void): void {
  room.isNew = true;
  setTimeout(() => {
    room.isNew = false;
    settled();
  }, ms).unref();
}

/** Gives up the place of what runs now, if it has one, until the work is done. Throws what the work throws. */
export async function outside<T>(work: () => Promise<T>): Promise<T> {
  const place = current.getStore();
  if (place === undefined || !place.isHeld) return work();
  place.isHeld = false;
  place.leave();
  try {
    return await work();
  } finally {
    if (!place.isOver) {
      await place.comeBack();
      // Who asked may have gone while we waited.
      place.isHeld = !place.isOver;
      if (place.isOver) place.leave();
    }
  }
}

/** Waits in the queue. False when its turn does not come in time. */
function turnOf(queue: (() => void)[], patienceMs: number): Promise<boolean> {
  return new Promise((resolve) => {
    const turn = (): void => {
      clearTimeout(timer);
      resolve(true);
    };
    const timer = setTimeout(() => {
      queue.splice(queue.indexOf(turn), 1);
      resolve(false);
    }, patienceMs);
    queue.push(turn);
  });
}

function busy(detail: string): AppError {
  return new AppError('busy', { detail });
}
