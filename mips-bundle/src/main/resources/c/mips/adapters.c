/* Between the lab and C text of arch/mips: where a function is not met by a method like it. */

//! ARCH_NEEDS_KMAP_HIGH_GET(): /kmap_high_get/
{
	return 1;
}
