#if Exporters
#endif
