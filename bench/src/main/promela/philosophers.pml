/* Dining philosophers around a table, the left fork first, as guarded commands. */
#define N 15

byte eater[N];        /* 0 thinks, 1 has the left fork, 2 has both */
bit taken[N];         /* fork i lies left of philosopher i */

#define COMMANDS(i) \
  :: d_step { eater[i] == 0 && !taken[i] -> taken[i] = 1; eater[i] = 1 } \
  :: d_step { eater[i] == 1 && !taken[(i + 1) % N] -> taken[(i + 1) % N] = 1; eater[i] = 2 } \
  :: d_step { eater[i] == 2 -> taken[i] = 0; taken[(i + 1) % N] = 0; eater[i] = 0 }

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
  COMMANDS(8)
  COMMANDS(9)
  COMMANDS(10)
  COMMANDS(11)
  COMMANDS(12)
  COMMANDS(13)
  COMMANDS(14)
  od
}
