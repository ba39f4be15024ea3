package org.dmalab.pseries.hardware;

/**
 * Tokens of the RTAS calls that there are, as the device tree names them; -1 for one that there is not.
 *
 * @param query ibm,query-pe-dma-window
 * @param create ibm,create-pe-dma-window
 * @param remove ibm,remove-pe-dma-window
 * @param reset ibm,reset-pe-dma-window
 * @param setIndicator set-indicator
 */
public record RtasTokens(long query, long create, long remove, long reset, long setIndicator) {
    /** The name of a call, or its token. */
    public String name(long token) {
        if (token == query) {
            return "ibm,query-pe-dma-window";
        } else if (token == create) {
            return "ibm,create-pe-dma-window";
        } else if (token == remove) {
            return "ibm,remove-pe-dma-window";
        } else if (token == reset) {
            return "ibm,reset-pe-dma-window";
        } else if (token == setIndicator) {
            return "set-indicator";
        }
        return "RTAS 0x" + Long.toHexString(token);
    }
}
