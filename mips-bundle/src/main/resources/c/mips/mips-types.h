#pragma once
/* Types of a 32-bit MIPS kernel that the layout of its data names. */
typedef u32 dma_addr_t;
typedef u32 phys_addr_t;
typedef u32 resource_size_t;
struct page;
