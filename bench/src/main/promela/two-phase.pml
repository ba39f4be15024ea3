/* Two-phase commit, 8 resource managers, as 42 guarded commands: TwoPhase of the TLA+ examples. */
#define N 8
#define WORKING 0
#define PREPARED 1
#define COMMITTED 2
#define ABORTED 3

byte manager[N];      /* state of each resource manager */
byte coordinator;     /* 0 undecided, 1 committed, 2 aborted */
bit seen[N];          /* the coordinator has received that it is prepared */
bit prepared[N];      /* message: it is prepared */
bit commit, abort;    /* messages of the coordinator */

#define COMMANDS(i) \
  :: d_step { coordinator == 0 && prepared[i] && !seen[i] -> seen[i] = 1 } \
  :: d_step { manager[i] == WORKING -> manager[i] = PREPARED; prepared[i] = 1 } \
  :: d_step { manager[i] == WORKING -> manager[i] = ABORTED } \
  :: d_step { commit && manager[i] != COMMITTED -> manager[i] = COMMITTED } \
  :: d_step { abort && manager[i] != ABORTED -> manager[i] = ABORTED }

active proctype all()
{
  do
  COMMANDS(0)
  COMMANDS(1)
  COMMANDS(2)
  COMMANDS(3)
  COMMANDS(4)
  COMMANDS(5)
  COMMANDS(6)
  COMMANDS(7)
  :: d_step { coordinator == 0 && seen[0] && seen[1] && seen[2] && seen[3] && seen[4] && seen[5] && seen[6] && seen[7] -> coordinator = 1; commit = 1 }
  :: d_step { coordinator == 0 -> coordinator = 2; abort = 1 }
  od
}
