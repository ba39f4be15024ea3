#pragma once
/* What kernel code of every architecture names: the project's own declarations, each a macro or one call of the lab. */

typedef signed char s8;
typedef unsigned char u8;
typedef signed short s16;
typedef unsigned short u16;
typedef signed int s32;
typedef unsigned int u32;
typedef signed long long s64;
typedef unsigned long long u64;
typedef u8 __u8;
typedef u16 __u16;
typedef u32 __u32;
typedef u64 __u64;
typedef s32 __s32;
typedef s64 __s64;
typedef u8 uint8_t;
typedef u16 uint16_t;
typedef u32 uint32_t;
typedef u64 uint64_t;
typedef s32 int32_t;
typedef s64 int64_t;
typedef u16 __be16;
typedef u32 __be32;
typedef u64 __be64;
typedef u16 __le16;
typedef u32 __le32;
typedef u64 __le64;
typedef unsigned long size_t;
typedef long ssize_t;
typedef unsigned long uintptr_t;
typedef unsigned int gfp_t;
typedef unsigned int uint;
typedef unsigned long ulong;
typedef _Bool bool;
#define true 1
#define false 0
#define NULL ((void *)0)
#define BITS_PER_LONG (__SIZEOF_LONG__ * 8)
#define BITS_PER_BYTE 8

/* Which Java method a declaration stands for. */
#define LAB_CPU(name) __attribute__((import_module("cpu"), import_name(#name)))
#define LAB_SEAM(name) __attribute__((import_module("seam"), import_name(#name)))
#define LAB_JAVA(type, name) __attribute__((import_module(type), import_name(#name)))
#define LAB_TIME(name) __attribute__((import_module("lab"), import_name(#name)))
#define LAB_EXPORT(name) __attribute__((export_name(#name), visibility("default"), used))

extern void lab_lock(u64 address) LAB_CPU(lock);
extern void lab_unlock(u64 address) LAB_CPU(unlock);
extern u64 lab_irq_save(void) LAB_CPU(irqSave);
extern void lab_irq_restore(u64 flags) LAB_CPU(irqRestore);
extern void lab_preempt_disable(void) LAB_CPU(preemptDisable);
extern void lab_preempt_enable(void) LAB_CPU(preemptEnable);
extern int lab_processor(void) LAB_CPU(processor);
extern void lab_barrier(int kind) LAB_CPU(barrier);
extern void lab_delay(u64 nanoseconds) LAB_CPU(delay);
extern void lab_await(u64 address, int width, u64 value) LAB_CPU(await);
extern bool lab_await_timeout(u64 address, int width, u64 value, u64 nanoseconds) LAB_CPU(await);
extern void lab_mark(int label, u64 a, u64 b, u64 c) LAB_CPU(mark);
extern int lab_choose(int alternatives) LAB_CPU(choose);
extern u64 lab_cmpxchg(u64 address, int width, u64 expected, u64 value)
	LAB_TIME(cmpxchg);
extern void lab_free(u64 address) LAB_CPU(free);
extern void lab_copy(u64 from, u64 to, u64 length) LAB_CPU(copy);
extern int lab_level(void) LAB_TIME(level);
extern void lab_bug(const char *file, int line) LAB_TIME(bug);
extern void lab_warn(const char *file, int line) LAB_TIME(warn);
extern int lab_printk(const char *format, ...) LAB_TIME(printk);

/* The address of something as the lab has it: a module's own data has no upper half here. */
#if __SIZEOF_LONG__ == 8
#define LAB_ADDRESS(p) ((u64)(unsigned long)(p) >> 32 ? (u64)(unsigned long)(p) \
	: (u64)(unsigned long)(p) | LAB_MODULES_HIGH)
#else
#define LAB_ADDRESS(p) ((u64)(unsigned long)(p))
#endif

/* Annotations. */
#define __init
#define __exit
#define __initdata
#define __ro_after_init
#define __read_mostly
#define __user
#define __iomem
#define __percpu
#define __force
#define __must_check
#define __maybe_unused __attribute__((unused))
#define __always_unused __attribute__((unused))
#define __packed __attribute__((packed))
#define __aligned(n) __attribute__((aligned(n)))
#define __always_inline inline __attribute__((always_inline))
#define noinline __attribute__((noinline))
#define __cold
#define __weak
#define __ref
#define __meminit
#define __cpuinit
#define __devinit
#define asmlinkage
#define __acquires(x)
#define __releases(x)
#define __must_hold(x)
#define fallthrough __attribute__((fallthrough))
#define EXPORT_SYMBOL(x)
#define EXPORT_SYMBOL_GPL(x)
#define likely(x) (x)
#define unlikely(x) (x)
#define __stringify_1(x...) #x
#define __stringify(x...) __stringify_1(x)
#define IS_ENABLED(option) (LAB_ENABLED_1(option))
#define LAB_ENABLED_1(value) LAB_ENABLED_2(LAB_ENABLED_##value)
#define LAB_ENABLED_2(junk) LAB_ENABLED_3(junk 1, 0)
#define LAB_ENABLED_3(junk, value, ...) value
#define LAB_ENABLED_1_ 0,
#define IS_BUILTIN(option) IS_ENABLED(option)
#define lockdep_assert_held(l) do { } while (0)
#define might_sleep() do { } while (0)
#define __same_type(a, b) __builtin_types_compatible_p(typeof(a), typeof(b))

/* Memory: at -O0 each access is one of the source, in its order. */
#define barrier() __asm__ volatile("" ::: "memory")
#define READ_ONCE(x) (*(const volatile typeof(x) *)&(x))
#define WRITE_ONCE(x, value) (*(volatile typeof(x) *)&(x) = (value))
#define ACCESS_ONCE(x) (*(volatile typeof(x) *)&(x))
#define smp_mb() lab_barrier(1)
#define smp_rmb() lab_barrier(1)
#define smp_wmb() lab_barrier(0)
#define mb() smp_mb()
#define rmb() smp_rmb()
#define wmb() smp_wmb()
#define dma_rmb() smp_rmb()
#define dma_wmb() smp_wmb()
#define smp_store_release(p, value) do { smp_mb(); WRITE_ONCE(*(p), value); } while (0)
#define smp_load_acquire(p) ({ typeof(*(p)) lab_value = READ_ONCE(*(p)); smp_mb(); lab_value; })
#define cmpxchg(p, old, value) ((typeof(*(p)))lab_cmpxchg(LAB_ADDRESS(p), sizeof(*(p)), (u64)(old), (u64)(value)))
#define try_cmpxchg(p, old, value) ({ typeof(*(p)) lab_before = cmpxchg(p, *(old), value); \
	bool lab_done = lab_before == *(old); *(old) = lab_before; lab_done; })

/* Waiting. */
#define cpu_relax() lab_delay(1000)
#define udelay(n) lab_delay((u64)(n) * 1000)
#define ndelay(n) lab_delay(n)
#define mdelay(n) lab_delay((u64)(n) * 1000000)
#define msleep(n) lab_delay((u64)(n) * 1000000)
#define cond_resched() do { } while (0)

/* Locks: one word each, the processor that holds it plus one. */
typedef struct { u32 lab_word; } spinlock_t;
typedef spinlock_t raw_spinlock_t;
typedef spinlock_t rwlock_t;
struct mutex { u32 lab_word; };
#define __SPIN_LOCK_UNLOCKED(x) { 0 }
#define DEFINE_SPINLOCK(x) spinlock_t x = { 0 }
#define DEFINE_RAW_SPINLOCK(x) raw_spinlock_t x = { 0 }
#define DEFINE_MUTEX(x) struct mutex x = { 0 }
#define spin_lock_init(l) ((l)->lab_word = 0)
#define mutex_init(l) ((l)->lab_word = 0)
#define spin_lock(l) lab_lock(LAB_ADDRESS(l))
#define spin_unlock(l) lab_unlock(LAB_ADDRESS(l))
#define spin_lock_irqsave(l, flags) do { (flags) = lab_irq_save(); lab_lock(LAB_ADDRESS(l)); } while (0)
#define spin_unlock_irqrestore(l, flags) do { lab_unlock(LAB_ADDRESS(l)); lab_irq_restore(flags); } while (0)
#define spin_lock_irq(l) do { lab_irq_save(); lab_lock(LAB_ADDRESS(l)); } while (0)
#define spin_unlock_irq(l) do { lab_unlock(LAB_ADDRESS(l)); lab_irq_restore(0); } while (0)
#define raw_spin_lock(l) spin_lock(l)
#define raw_spin_unlock(l) spin_unlock(l)
#define raw_spin_lock_irqsave(l, flags) spin_lock_irqsave(l, flags)
#define raw_spin_unlock_irqrestore(l, flags) spin_unlock_irqrestore(l, flags)
#define assert_spin_locked(l) do { } while (0)
#define mutex_lock(l) lab_lock(LAB_ADDRESS(l))
#define mutex_unlock(l) lab_unlock(LAB_ADDRESS(l))
#define rcu_read_lock() lab_preempt_disable()
#define rcu_read_unlock() lab_preempt_enable()
#define rcu_dereference(p) READ_ONCE(p)
#define rcu_assign_pointer(p, value) smp_store_release(&(p), value)

/* Interrupts, preemption, processors. */
#define local_irq_save(flags) ((flags) = lab_irq_save())
#define local_irq_restore(flags) lab_irq_restore(flags)
#define local_irq_disable() ((void)lab_irq_save())
#define local_irq_enable() lab_irq_restore(0)
#define irqs_disabled() ({ u64 lab_flags = lab_irq_save(); lab_irq_restore(lab_flags); lab_flags != 0; })
#define preempt_disable() lab_preempt_disable()
#define preempt_enable() lab_preempt_enable()
#define smp_processor_id() lab_processor()
#define raw_smp_processor_id() lab_processor()
#define get_cpu() ({ lab_preempt_disable(); lab_processor(); })
#define put_cpu() lab_preempt_enable()
#define in_interrupt() (lab_level() != 0)
#define in_softirq() (lab_level() == 1)
#define in_irq() (lab_level() == 2)
#define in_hardirq() (lab_level() == 2)

/* What a kernel says. */
#define KERN_SOH "\001"
#define KERN_EMERG KERN_SOH "0"
#define KERN_ALERT KERN_SOH "1"
#define KERN_CRIT KERN_SOH "2"
#define KERN_ERR KERN_SOH "3"
#define KERN_WARNING KERN_SOH "4"
#define KERN_NOTICE KERN_SOH "5"
#define KERN_INFO KERN_SOH "6"
#define KERN_DEBUG KERN_SOH "7"
#define KERN_CONT ""
#ifndef pr_fmt
#define pr_fmt(format) format
#endif
#define printk(...) lab_printk(__VA_ARGS__)
#define printk_ratelimit() 1
#define pr_emerg(format, ...) lab_printk(pr_fmt(format), ##__VA_ARGS__)
#define pr_err(format, ...) lab_printk(pr_fmt(format), ##__VA_ARGS__)
#define pr_warn(format, ...) lab_printk(pr_fmt(format), ##__VA_ARGS__)
#define pr_warning(format, ...) lab_printk(pr_fmt(format), ##__VA_ARGS__)
#define pr_notice(format, ...) lab_printk(pr_fmt(format), ##__VA_ARGS__)
#define pr_info(format, ...) lab_printk(pr_fmt(format), ##__VA_ARGS__)
#define pr_err_ratelimited pr_err
#define pr_warn_ratelimited pr_warn
#define pr_info_ratelimited pr_info
#define pr_debug(format, ...) do { } while (0)
#define dev_dbg(dev, format, ...) do { } while (0)
#define dev_err(dev, format, ...) lab_printk(format, ##__VA_ARGS__)
#define dev_warn(dev, format, ...) lab_printk(format, ##__VA_ARGS__)
#define dev_info(dev, format, ...) lab_printk(format, ##__VA_ARGS__)
#define BUG() do { lab_bug(__FILE__, __LINE__); __builtin_unreachable(); } while (0)
#define BUG_ON(condition) do { if (condition) BUG(); } while (0)
#define WARN_ON(condition) ({ bool lab_is = !!(condition); if (lab_is) lab_warn(__FILE__, __LINE__); lab_is; })
#define WARN_ON_ONCE(condition) WARN_ON(condition)
#define WARN(condition, format, ...) WARN_ON(condition)
#define WARN_ONCE(condition, format, ...) WARN_ON(condition)
#define VM_BUG_ON(condition) BUG_ON(condition)
#define BUILD_BUG_ON(condition) _Static_assert(!(condition), #condition)
#define dump_stack() do { } while (0)

/* Numbers and pointers. */
#define EPERM 1
#define ENOENT 2
#define EIO 5
#define ENXIO 6
#define EAGAIN 11
#define ENOMEM 12
#define EBUSY 16
#define EEXIST 17
#define ENODEV 19
#define EINVAL 22
#define ENOSPC 28
#define EOPNOTSUPP 95
#define ETIMEDOUT 110
#define MAX_ERRNO 4095
#define IS_ERR_VALUE(x) ((unsigned long)(x) >= (unsigned long)-MAX_ERRNO)
#define IS_ERR(p) IS_ERR_VALUE((unsigned long)(p))
#define ERR_PTR(n) ((void *)(long)(n))
#define PTR_ERR(p) ((long)(p))
#define ULONG_MAX (~0UL)
#define U32_MAX ((u32)~0U)
#define U64_MAX ((u64)~0ULL)
#define INT_MAX ((int)(~0U >> 1))
#define UL(x) x##UL
#define ULL(x) x##ULL
#define BIT(n) (1UL << (n))
#define BIT_ULL(n) (1ULL << (n))
#define GENMASK(h, l) ((~0UL << (l)) & (~0UL >> (BITS_PER_LONG - 1 - (h))))
#define GENMASK_ULL(h, l) ((~0ULL << (l)) & (~0ULL >> (63 - (h))))
#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))
#define offsetof(type, member) __builtin_offsetof(type, member)
#define container_of(p, type, member) ((type *)((char *)(p) - offsetof(type, member)))
#define ALIGN_MASK(x, mask) (((x) + (mask)) & ~(mask))
#define ALIGN(x, a) ALIGN_MASK(x, (typeof(x))(a) - 1)
#define IS_ALIGNED(x, a) (((x) & ((typeof(x))(a) - 1)) == 0)
#define round_up(x, y) ((((x) - 1) | ((typeof(x))(y) - 1)) + 1)
#define round_down(x, y) ((x) & ~((typeof(x))(y) - 1))
#define DIV_ROUND_UP(n, d) (((n) + (d) - 1) / (d))
#define min(a, b) ({ typeof(a) lab_a = (a); typeof(b) lab_b = (b); lab_a < lab_b ? lab_a : lab_b; })
#define max(a, b) ({ typeof(a) lab_a = (a); typeof(b) lab_b = (b); lab_a > lab_b ? lab_a : lab_b; })
#define min_t(type, a, b) min((type)(a), (type)(b))
#define max_t(type, a, b) max((type)(a), (type)(b))
#define clamp(value, low, high) min(max(value, low), high)
#define swap(a, b) do { typeof(a) lab_t = (a); (a) = (b); (b) = lab_t; } while (0)
#define upper_32_bits(n) ((u32)((u64)(n) >> 32))
#define lower_32_bits(n) ((u32)(n))
#define is_power_of_2(n) ((n) != 0 && ((n) & ((n) - 1)) == 0)
#define ilog2(n) (63 - __builtin_clzll((u64)(n)))
#define order_base_2(n) ((n) > 1 ? ilog2((n) - 1) + 1 : 0)
#define roundup_pow_of_two(n) (1UL << order_base_2(n))
#define __roundup_pow_of_two(n) roundup_pow_of_two(n)
#define fls(x) ((x) ? 32 - __builtin_clz(x) : 0)
#define fls64(x) ((x) ? 64 - __builtin_clzll(x) : 0)
#define fls_long(x) fls64(x)
#define ffs(x) __builtin_ffs(x)
#define __ffs(x) __builtin_ctzl(x)
#define __fls(x) (BITS_PER_LONG - 1 - __builtin_clzl(x))
#define hweight_long(x) __builtin_popcountl(x)
#define do_div(n, base) ({ u32 lab_rest = (n) % (base); (n) /= (base); lab_rest; })

/* Byte order: the lab's memory is read and written little endian, so only the others swap. */
#define cpu_to_le16(x) ((u16)(x))
#define cpu_to_le32(x) ((u32)(x))
#define cpu_to_le64(x) ((u64)(x))
#define le16_to_cpu(x) ((u16)(x))
#define le32_to_cpu(x) ((u32)(x))
#define le64_to_cpu(x) ((u64)(x))
#define cpu_to_be16(x) __builtin_bswap16(x)
#define cpu_to_be32(x) __builtin_bswap32(x)
#define cpu_to_be64(x) __builtin_bswap64(x)
#define be16_to_cpu(x) __builtin_bswap16(x)
#define be32_to_cpu(x) __builtin_bswap32(x)
#define be64_to_cpu(x) __builtin_bswap64(x)
#define be16_to_cpup(p) be16_to_cpu(*(p))
#define be32_to_cpup(p) be32_to_cpu(*(p))
#define be64_to_cpup(p) be64_to_cpu(*(p))

/* Bits of long words in memory. */
#define BIT_MASK(n) (1UL << ((n) % BITS_PER_LONG))
#define BIT_WORD(n) ((n) / BITS_PER_LONG)
#define BITS_TO_LONGS(n) DIV_ROUND_UP(n, BITS_PER_LONG)
#define DECLARE_BITMAP(name, bits) unsigned long name[BITS_TO_LONGS(bits)]
#define test_bit(n, p) ((((const volatile unsigned long *)(p))[BIT_WORD(n)] >> ((n) % BITS_PER_LONG)) & 1)
#define __set_bit(n, p) (((unsigned long *)(p))[BIT_WORD(n)] |= BIT_MASK(n))
#define __clear_bit(n, p) (((unsigned long *)(p))[BIT_WORD(n)] &= ~BIT_MASK(n))
#define set_bit(n, p) lab_bit(n, (unsigned long *)(p), 1)
#define clear_bit(n, p) lab_bit(n, (unsigned long *)(p), 0)
#define test_and_set_bit(n, p) lab_bit(n, (unsigned long *)(p), 1)
#define test_and_clear_bit(n, p) lab_bit(n, (unsigned long *)(p), 0)
static inline bool lab_bit(unsigned long n, unsigned long *p, int on)
{
	unsigned long *word = p + BIT_WORD(n);
	unsigned long old;

	do {
		old = *word;
	} while (cmpxchg(word, old, on ? old | BIT_MASK(n) : old & ~BIT_MASK(n)) != old);
	return (old & BIT_MASK(n)) != 0;
}

static inline unsigned long find_next_bit(const unsigned long *p, unsigned long size, unsigned long n)
{
	for (; n < size; n++)
		if (p[BIT_WORD(n)] & BIT_MASK(n))
			return n;
	return size;
}
#define find_first_bit(p, size) find_next_bit(p, size, 0)
#define for_each_set_bit(n, p, size) \
	for ((n) = find_first_bit(p, size); (n) < (size); (n) = find_next_bit(p, size, (n) + 1))

/* Counters. */
typedef struct { int counter; } atomic_t;
#define ATOMIC_INIT(n) { (n) }
#define atomic_read(a) READ_ONCE((a)->counter)
#define atomic_set(a, n) WRITE_ONCE((a)->counter, n)
#define atomic_add_return(n, a) lab_add(n, a)
#define atomic_sub_return(n, a) lab_add(-(n), a)
#define atomic_inc(a) ((void)lab_add(1, a))
#define atomic_dec(a) ((void)lab_add(-1, a))
#define atomic_inc_return(a) lab_add(1, a)
#define atomic_dec_return(a) lab_add(-1, a)
#define atomic_dec_and_test(a) (lab_add(-1, a) == 0)
static inline int lab_add(int n, atomic_t *a)
{
	int old;

	do {
		old = a->counter;
	} while ((int)cmpxchg(&a->counter, old, old + n) != old);
	return old + n;
}

/* Lists, linked by addresses. */
#ifndef LAB_LIST_HEAD
#define LAB_LIST_HEAD
struct list_head { struct list_head *next, *prev; };
#endif
#define LIST_HEAD_INIT(name) { &(name), &(name) }
#define LIST_HEAD(name) struct list_head name = LIST_HEAD_INIT(name)
#define INIT_LIST_HEAD(head) do { (head)->next = (head); (head)->prev = (head); } while (0)
#define list_empty(head) (READ_ONCE((head)->next) == (head))
#define list_entry(p, type, member) container_of(p, type, member)
#define list_first_entry(head, type, member) list_entry((head)->next, type, member)
#define list_next_entry(p, member) list_entry((p)->member.next, typeof(*(p)), member)
#define list_for_each(p, head) for (p = (head)->next; p != (head); p = p->next)
#define list_for_each_entry(p, head, member) \
	for (p = list_first_entry(head, typeof(*p), member); &p->member != (head); p = list_next_entry(p, member))
#define list_for_each_entry_rcu(p, head, member, ...) list_for_each_entry(p, head, member)
#define list_for_each_entry_safe(p, n, head, member) \
	for (p = list_first_entry(head, typeof(*p), member), n = list_next_entry(p, member); \
		&p->member != (head); p = n, n = list_next_entry(n, member))
static inline void list_add(struct list_head *item, struct list_head *head)
{
	struct list_head *next = head->next;

	next->prev = item;
	item->next = next;
	item->prev = head;
	WRITE_ONCE(head->next, item);
}
static inline void list_add_tail(struct list_head *item, struct list_head *head)
{
	struct list_head *prev = head->prev;

	head->prev = item;
	item->next = head;
	item->prev = prev;
	WRITE_ONCE(prev->next, item);
}
static inline void list_del(struct list_head *item)
{
	struct list_head *next = item->next;
	struct list_head *prev = item->prev;

	next->prev = prev;
	WRITE_ONCE(prev->next, next);
}

/* Memory operations, which the compiler may ask for too: byte by byte, or by words where all is aligned. */
void *memset(void *to, int value, size_t length)
{
	u8 *p = to;

	while (length--)
		*p++ = value;
	return to;
}
void *memcpy(void *to, const void *from, size_t length)
{
	u8 *p = to;
	const u8 *q = from;

	if (!(((unsigned long)to | (unsigned long)from | length) % sizeof(long))) {
		for (size_t i = 0; i < length / sizeof(long); i++)
			((unsigned long *)to)[i] = ((const unsigned long *)from)[i];
		return to;
	}
	while (length--)
		*p++ = *q++;
	return to;
}
int strcmp(const char *a, const char *b)
{
	while (*a && *a == *b) {
		a++;
		b++;
	}
	return *(const u8 *)a - *(const u8 *)b;
}

/* Allocation flags: whether a call may sleep makes no difference here. */
#define GFP_KERNEL 0
#define GFP_ATOMIC 1
#define __GFP_ZERO 2
#define __GFP_NOWARN 4

enum dma_data_direction { DMA_BIDIRECTIONAL = 0, DMA_TO_DEVICE = 1, DMA_FROM_DEVICE = 2, DMA_NONE = 3 };

/* Notifiers, and what the memory chain says. */
#ifndef LAB_NOTIFIER_BLOCK
struct notifier_block {
	int (*notifier_call)(struct notifier_block *, unsigned long, void *);
	struct notifier_block *next;
	int priority;
};
#endif
#define NOTIFY_DONE 0
#define NOTIFY_OK 1
#define NOTIFY_STOP_MASK 0x8000
#define NOTIFY_BAD (NOTIFY_STOP_MASK | 2)
#define NOTIFY_STOP (NOTIFY_OK | NOTIFY_STOP_MASK)
#define MEM_ONLINE 1
#define MEM_GOING_OFFLINE 2
#define MEM_OFFLINE 4
#define MEM_GOING_ONLINE 8
#define MEM_CANCEL_ONLINE 16
#define MEM_CANCEL_OFFLINE 32
struct memory_notify { unsigned long start_pfn; unsigned long nr_pages; int status_change_nid; };
