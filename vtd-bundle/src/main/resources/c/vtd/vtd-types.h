#pragma once
/* Types of a 64-bit x86 kernel that the layout of its data names. */
typedef u64 dma_addr_t;
typedef u64 phys_addr_t;
typedef u64 resource_size_t;
struct root_entry { u64 lo, hi; };
struct context_entry { u64 lo, hi; };
struct dma_pte { u64 val; };
