#pragma once
/* Types of a 64-bit PowerPC kernel that the layout of its data names. */
typedef u64 dma_addr_t;
typedef u64 phys_addr_t;
typedef u64 resource_size_t;
